"""XTTS v2, which speaks in the voice of a recording."""
