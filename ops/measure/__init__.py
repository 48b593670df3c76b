"""Measurements of a running system and of its engines: the targets of the Makefile."""
