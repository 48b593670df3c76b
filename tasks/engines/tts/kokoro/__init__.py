"""Kokoro-82M, the clear Portuguese voice."""
