"""One encrypted file: a compressed tar in the age format (age-encryption.org/v1), written and read as a stream.

`age --decrypt` opens it too, so that a backup does not depend on this program.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader, BufferedWriter
from pathlib import Path, PurePosixPath
from typing import IO

import pyrage
from pyrage.x25519 import Identity, Recipient

from app.running.backup.errors import BackupError


class _Side(threading.Thread):
    """The other end of a pipe; keeps what went wrong there."""

    def __init__(self, work: Callable[[], object], *ends: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._ends = ends
        self.error: BaseException | None = None

    def run(self) -> None:
        """Do it, then close our end so that the other one is not left waiting."""
        try:
            self._work()
        except BaseException as error:
            self.error = error
        finally:
            for end in self._ends:
                end.close()


def _pipe() -> tuple[BufferedReader, BufferedWriter]:
    readable, writable = os.pipe()
    return os.fdopen(readable, "rb"), os.fdopen(writable, "wb")


@contextmanager
def writing(path: Path, recipients: Sequence[Recipient]) -> Iterator[tarfile.TarFile]:
    """A tar whose members end up encrypted in `path`, complete on disk at the end of the block.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    readable, writable = _pipe()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        side = _Side(lambda: pyrage.encrypt_io(readable, out, recipients), readable)
        side.start()
        try:
            with (
                writable,
                gzip.GzipFile(fileobj=writable, mode="wb", compresslevel=1) as packed,
                tarfile.open(fileobj=packed, mode="w|") as tar,
            ):
                yield tar
        except BrokenPipeError:
            pass  # the other side has ended: its error says why
        finally:
            side.join()
        if side.error:
            raise side.error
        out.flush()
        os.fsync(out.fileno())


def extract(path: Path, identities: Sequence[Identity], folder: Path) -> None:
    """Decrypt an archive into an empty folder. Nothing is written outside it, whatever the archive holds.

    Raises:
        BackupError: the key does not fit, or the file is damaged or cut short.
    """
    readable, writable = _pipe()
    with path.open("rb") as file:
        side = _Side(lambda: pyrage.decrypt_io(file, writable, identities), writable)
        side.start()
        problem: Exception | None = None
        try:
            with readable, tarfile.open(fileobj=readable, mode="r|gz") as tar:
                for member in tar:
                    _extract(tar, member, folder)
                while readable.read(1 << 16):  # what follows the last member still has to be authentic
                    pass
        except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
            problem = error
        side.join()
    if side.error or problem:
        what = side.error or problem
        raise BackupError(f"{path.name} cannot be opened ({what}): is it whole, and is this its key?")


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one plain file; whoever knows the public key can make an archive, so nothing else is believed."""
    name = PurePosixPath(member.name)
    content = tar.extractfile(member) if member.isreg() else None
    if content is None or name.is_absolute() or ".." in name.parts:
        raise tarfile.TarError(f"{member.name!r} is not a file below the archive's folder")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(content, file)
