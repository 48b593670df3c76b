"""Backups: a consistent snapshot in one encrypted file, proven by restoring it, and the way back from it."""
