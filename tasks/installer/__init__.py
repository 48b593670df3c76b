"""Brings what is recommended where nothing translates a pair; a process of its own, `python -m tasks.installer`."""
