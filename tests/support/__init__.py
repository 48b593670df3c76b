"""Helpers shared by tests, one file for each thing."""
