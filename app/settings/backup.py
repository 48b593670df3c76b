"""Environment → what is saved, for whom it is encrypted, where it lies and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.auth import secrets_file
from app.settings.installation import InstallationSettings
from tasks.wire.environment import env, path, text, whole

LAST_BACKUP: Final = "jbc_backup_last_success_timestamp_seconds"
"""The figure that says when a backup was last proven, where one is noted and where `web` shows it."""


MAX_KEEP_DAYS: Final = 36_500


def _folder() -> Path:
    return path("BACKUP_DIR", lambda: Path(env("JBC_VAR", "var")) / "backups")().resolve()


def _also() -> tuple[Path, ...]:
    return tuple(Path(word) for word in text("BACKUP_ALSO")().split(":") if word)


@dataclass(frozen=True)
class BackupConfig:
    """What `jbcalling backup` and `jbcalling restore` read from the environment."""

    folder: Path = field(default_factory=_folder)
    """BACKUP_DIR: where backups lie; JBC_VAR/backups."""
    recipient: str = field(default_factory=text("BACKUP_RECIPIENT"))
    """BACKUP_RECIPIENT: the public half (`age1…`) of the key that `jbcalling backup key` made."""
    keep_days: int = field(default_factory=whole("BACKUP_KEEP_DAYS", 14, 0, MAX_KEEP_DAYS))
    """BACKUP_KEEP_DAYS: backups older than this are removed, but never the newest. What is deleted in the product
    lives on in backups for so long."""
    also: tuple[Path, ...] = field(default_factory=_also)
    """BACKUP_ALSO: further files and folders, with `:` between: the proxy's certificates, /etc/jbcalling."""
    settings: InstallationSettings = field(default_factory=InstallationSettings)

    @property
    def secrets(self) -> Path:
        """The installation's secrets."""
        return secrets_file.place(self.settings.var_dir)

    @property
    def voices(self) -> Path:
        """The reference recordings of cloned voices."""
        return self.settings.var_dir / "voices"

    @property
    def metrics(self) -> Path:
        """Figures of the last backup as Prometheus text; `web` shows them among its own."""
        return path("BACKUP_METRICS", lambda: self.folder / "backup.prom")()
