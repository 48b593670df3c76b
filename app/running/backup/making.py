"""`jbcalling backup`: snapshot, seal, prove, keep."""

from __future__ import annotations

import io
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from alembic.util import CommandError
from prometheus_client import CollectorRegistry, Gauge, write_to_textfile
from pyrage.x25519 import Identity

from app.running.backup import archive, database, keys, manifest
from app.running.backup.errors import BackupError
from app.running.backup.manifest import FileEntry, Manifest
from app.settings.backup import LAST_BACKUP, BackupConfig
from tasks import registry
from tasks.models import lock

SUFFIX: Final = ".tar.gz.age"
PREFIX: Final = "jbcalling-"


def make(config: BackupConfig) -> Path:
    """Make a backup and prove it by restoring it; the file. Older ones are removed as `keep_days` says.

    The file is encrypted for the installation's key, and for one that only this process has: with that it opens what it
    wrote, so that what is proven is what lies on the disk.

    Raises:
        BackupError: something is missing, or what was written does not restore.
        OSError: the disk is full or the folder cannot be written.
    """
    recipient, began = keys.recipient(config.recipient), time.monotonic()
    now = datetime.now(UTC)
    final = config.folder / f"{PREFIX}{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
    with _alone(config.folder):
        for left in config.folder.glob(f"{PREFIX}*.part"):  # by a backup that was killed
            left.unlink()
        partial, here = final.with_suffix(".part"), Identity.generate()
        try:
            with scratch(config.folder) as folder, archive.writing(partial, [recipient, here.to_public()]) as tar:
                _fill(tar, config, folder, now)
            with scratch(config.folder) as folder:
                prove(partial, here, config, folder)
            partial.rename(final)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _forget_old(config, now)
        _measure(config, final, time.monotonic() - began)
    return final


def prove(path: Path, identity: Identity, config: BackupConfig, folder: Path) -> Manifest:
    """Open an archive into `folder`, compare every digest, and restore its database into a scratch one.

    Raises:
        BackupError: it is not whole, or was made by a newer version or for another kind of database.
    """
    archive.extract(path, [identity], folder)
    try:
        found = msgspec.json.decode((folder / manifest.NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError(f"{path.name} has no readable manifest: it is not our backup, or incomplete") from error
    here = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()} - {manifest.NAME}
    if here != found.files.keys():
        raise BackupError(f"{path.name} holds other files than its manifest says: {sorted(here ^ found.files.keys())}")
    for name, entry in found.files.items():
        if manifest.digest(folder / name) != entry:
            raise BackupError(f"{path.name}: {name} is damaged")
    ours = database.of(config.settings.sqlalchemy_url)
    if found.database != ours.kind:
        raise BackupError(f"{path.name} holds a {found.database} database, DATABASE_URL names a {ours.kind} one")
    try:
        with tempfile.TemporaryDirectory(dir=folder) as rehearsal:
            ours.rehearse(folder / ours.member, found.tables, Path(rehearsal))
    except CommandError as error:
        raise BackupError(f"schema {found.revision} is not known here: install the version that made it") from error
    return found


def existing(config: BackupConfig) -> list[Path]:
    """Every backup in the folder, the oldest first."""
    return sorted(config.folder.glob(f"{PREFIX}*{SUFFIX}"))


@contextmanager
def scratch(beside: Path) -> Iterator[Path]:
    """A folder of the owner's on the same disk, for what must not outlive the block."""
    with tempfile.TemporaryDirectory(dir=beside, prefix=lock.SCRATCH) as folder:
        yield Path(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with lock.alone(folder):
        yield


def _fill(tar: tarfile.TarFile, config: BackupConfig, folder: Path, now: datetime) -> None:
    ours = database.of(config.settings.sqlalchemy_url)
    snapshot = folder / ours.member
    revision, tables = ours.snapshot(snapshot)
    files = {ours.member: _add(tar, snapshot, ours.member)}
    snapshot.unlink()
    for path, name in _beside_the_database(config):
        files[name] = _add(tar, path, name)
    contents = Manifest(
        made_at=now,
        database=ours.kind,
        revision=revision,
        tables=tables,
        models=[model.name for model in registry.list_models() if model.installed],
        files=files,
        also=[str(path) for path in config.also],
    )
    encoded = msgspec.json.format(msgspec.json.encode(contents), indent=1)
    entry = tarfile.TarInfo(manifest.NAME)
    entry.size, entry.mode = len(encoded), 0o600
    tar.addfile(entry, io.BytesIO(encoded))


def _beside_the_database(config: BackupConfig) -> Iterator[tuple[Path, str]]:
    """Path → name in the archive, of all that is saved as it lies on the disk."""
    if config.secrets.exists():
        yield config.secrets, "secrets.env"
    models = config.settings.tasks.models_dir / lock.NAME
    if models.exists():
        yield models, lock.NAME
    for top, name in [
        (config.voices, "voices"),
        *((path, f"also/{path.as_posix().strip('/')}") for path in config.also),
    ]:
        if top.is_file():
            yield top, name
        for path in sorted(top.rglob("*")) if top.is_dir() else []:
            if path.is_file() and not path.is_symlink() and config.folder not in path.parents:
                yield path, f"{name}/{path.relative_to(top)}"


def _add(tar: tarfile.TarFile, path: Path, name: str) -> FileEntry:
    entry = manifest.digest(path)
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = entry.size, 0o600, path.stat().st_mtime
    with path.open("rb") as file:
        tar.addfile(member, file)
    return entry


def _forget_old(config: BackupConfig, now: datetime) -> None:
    limit = f"{PREFIX}{now - timedelta(days=config.keep_days):%Y%m%dT%H%M%SZ}"
    for path in existing(config)[:-1]:
        if path.name < limit:
            path.unlink()


def _measure(config: BackupConfig, made: Path, seconds: float) -> None:
    figures = CollectorRegistry()
    for name, what, value in (
        (LAST_BACKUP, "When the last backup was verified.", time.time()),
        ("jbc_backup_size_bytes", "Size of that backup.", made.stat().st_size),
        ("jbc_backup_duration_seconds", "How long it took, verification included.", seconds),
    ):
        Gauge(name, what, registry=figures).set(value)
    config.metrics.parent.mkdir(parents=True, exist_ok=True)
    write_to_textfile(str(config.metrics), figures)
