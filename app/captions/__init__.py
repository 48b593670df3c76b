"""Captions on their way from the workers to readers, and into the database."""
