"""The actors that work on models: install, verify, remove, and take in a package that somebody uploads.

They have a queue of their own, because an installation takes minutes and requests of APIs must not wait for it.
"""

from __future__ import annotations

import errno
import logging
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

from tasks import installation, registry
from tasks.broker import store
from tasks.models.spec import ModelError
from tasks.wire import keys
from tasks.wire.administration import ModelWork, PackageArrival, Progress
from tasks.wire.messages import encode

WRITE_EVERY_SECONDS: Final = 0.25
"""Seconds between two notes of how far a download is."""
PIECE_SECONDS: Final = 30
"""Seconds in which the next piece of a package must come."""

BLOCK_SECONDS: Final = 2
"""Seconds that one look for a piece blocks; below the client's socket timeout."""

logger = logging.getLogger(__name__)

NOT_ALLOWED: Final = (errno.EROFS, errno.EACCES, errno.EPERM)
BY_HAND: Final = (
    "Workers of {host} may only read its models. As root there: `jbcalling models install NAME`, `remove NAME`, or "
    "`install FILE` for a package."
)
"""What a deployed worker answers: whoever takes one over must not be able to change what the next start loads."""


class Report:
    """Tells how far one piece of work is."""

    def __init__(self, name: str, action: Literal["install", "verify", "remove", "upload"]) -> None:
        self._name = name
        self._action = action
        self._said = ""
        self._written = 0.0

    def line(self, text: str) -> None:
        """A line for a person."""
        self._said = text
        self._write("running")

    def meter(self, label: str, done: int, total: int) -> None:
        """How far one download is."""
        if time.monotonic() - self._written >= WRITE_EVERY_SECONDS or done == total:
            self._said = label
            self._write("running", done, total)

    def end(self, state: Literal["done", "failed"], text: str) -> None:
        """It is over."""
        self._said = text
        self._write(state)

    def _write(self, state: Literal["running", "done", "failed"], done: int = 0, total: int = 0) -> None:
        progress = Progress(
            name=self._name,
            action=self._action,
            state=state,
            said=self._said[:1_000],
            done=done,
            total=total,
            at=time.time(),
        )
        store().set(keys.model_work(self._name), encode(progress), ex=keys.MODEL_WORK_TTL)
        self._written = time.monotonic()


@contextmanager
def _reported(report: Report) -> Iterator[None]:
    """Says how it ended, whichever way it does."""
    try:
        yield
    except ModelError as error:
        logger.error("%s", error)
        report.end("failed", str(error))
    except OSError as error:
        if error.errno not in NOT_ALLOWED:
            report.end("failed", "It could not be done: the worker's log has the reason.")
            raise
        logger.error("%s", error)
        report.end("failed", BY_HAND.format(host=socket.gethostname()))
    except Exception:
        report.end("failed", "It could not be done: the worker's log has the reason.")
        raise


def work_on_model(work: ModelWork) -> None:
    """Do it; this process and others notice what has come or gone by themselves."""
    report = Report(work.name, work.action)
    with _reported(report):
        report.line("Working")
        if work.action == "install":
            installation.install(work.name, report.line, report.meter)
            report.end("done", "Installed; every digest is right.")
        elif work.action == "verify":
            registry.verify(work.name)
            report.end("done", "Whole: every digest is right.")
        else:
            installation.remove(work.name, report.line)
            report.end("done", "Removed.")


def take_package(arrival: PackageArrival) -> None:
    """Take in a package piece by piece and install it."""
    report = Report(arrival.name, "upload")
    with _reported(report), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / arrival.name
        _receive(arrival, path, report.meter)
        name = installation.install_local(path, report.line)
        report.end("done", f"Installed as {name}.")


def _receive(arrival: PackageArrival, path: Path, meter: Callable[[str, int, int], None]) -> None:
    received = 0
    with path.open("wb") as file:
        while received < arrival.size:
            piece = _next(arrival.upload)
            received += len(piece)
            if not piece or received > arrival.size:
                raise ModelError(f"{arrival.name} did not arrive whole: upload it again.")
            file.write(piece)
            meter("Receiving", received, arrival.size)


def _next(upload: str) -> bytes:
    """The next piece; empty when none comes in time, or whoever uploads has gone away."""
    for _ in range(PIECE_SECONDS // BLOCK_SECONDS):
        found: Any = store().blpop([keys.upload(upload)], timeout=BLOCK_SECONDS)
        if found is not None:
            return bytes(found[1])
    return b""
