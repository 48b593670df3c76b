"""Piper voices, which are GPL-3.0 and an extra."""
