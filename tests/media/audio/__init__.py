"""The audio primitives."""
