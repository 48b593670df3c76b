"""Signing in by another service."""
