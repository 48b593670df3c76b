"""What goes wrong with backups."""

from __future__ import annotations


class BackupError(RuntimeError):
    """A backup could not be made, read or restored; the message says what to do."""
