"""`jbcalling restore`: prove a backup, then put everything in its place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pyrage.x25519 import Identity

from app.running.backup import database, making
from app.running.backup.errors import BackupError
from app.running.backup.manifest import Manifest
from app.settings.backup import BackupConfig
from tasks.models import lock
from tasks.wire.addresses import listening


def restore(path: Path, identity: Identity, config: BackupConfig, *, replace: bool, say: Callable[[str], None]) -> None:
    """Put a backup in the place of what is here. Nothing is touched before the backup has been restored into a scratch.

    Files that it replaces are kept beside the new ones, as `NAME.before-…`.

    Raises:
        BackupError: the backup does not open or does not restore, the pages are being served, or there is something
            to lose and `replace` is false.
    """
    ours = database.of(config.settings.sqlalchemy_url)
    if _served(config):
        raise BackupError(f"something answers on port {config.settings.web_port}: stop `web` first")
    if not replace and not ours.empty():
        raise BackupError("the database here is not empty: use --replace to replace it")
    config.settings.var_dir.mkdir(parents=True, exist_ok=True)
    with making.scratch(config.settings.var_dir) as folder:
        found = making.prove(path, identity, config, folder)
        say(f"{path.name} is intact: {found.database} of {found.made_at:%Y-%m-%d %H:%M} UTC, schema {found.revision}.")
        ours.replace(folder / ours.member)
        say(f"The database is restored: {sum(table.rows for table in found.tables.values())} rows.")
        _place_files(folder, config, say)
    _say_what_is_left(found, say)


def _served(config: BackupConfig) -> bool:
    return listening(config.settings.web_host, config.settings.web_port)


def _place_files(folder: Path, config: BackupConfig, say: Callable[[str], None]) -> None:
    _exchange(folder / "voices", config.voices, say)
    _exchange(folder / "secrets.env", config.secrets, say)
    pins = config.settings.tasks.models_dir / lock.NAME
    if (folder / lock.NAME).exists() and not pins.exists():
        _exchange(folder / lock.NAME, pins, say)
    _exchange(folder / "also", config.settings.var_dir / "restored", say)


def _exchange(new: Path, place: Path, say: Callable[[str], None]) -> None:
    if not new.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.rename(place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"))
    shutil.move(new, place)
    owner = place.parent.stat()
    if os.geteuid() == 0:  # run by root for an installation that belongs to a user of its own
        for path in (place, *place.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
    say(f"{place} is restored.")


def _say_what_is_left(found: Manifest, say: Callable[[str], None]) -> None:
    if found.also:
        say(f"From {', '.join(found.also)}: move what you need from `restored` to its place by hand.")
    if found.models:
        say(f"To get its models again: jbcalling models install {' '.join(found.models)}")
