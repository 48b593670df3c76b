"""What is wrong with Redis or the database, in words without addresses, passwords or what people said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from redis import exceptions as redis_errors
from sqlalchemy.exc import DBAPIError


@dataclass(frozen=True)
class Fault:
    """A failure that somebody can do something about."""

    detail: str
    action: str


DATABASE_SILENT: Final = Fault("does not answer", "Check DATABASE_URL and that the database server runs.")
REDIS_SILENT: Final = Fault("does not answer", "Start the `redis` process, or check REDIS_URL.")

_DISK_FULL: Final = Fault("its disk is full", "Free space on the disk of the database; what waits is stored then.")
_NO_RIGHT: Final = Fault("refuses what we need", "Give the account of DATABASE_URL its rights (docs/operations.md).")
_NO_WRITING: Final = Fault("can be read but not written", "Make the database and its folder writable for JB Calling.")
_UNREADABLE: Final = Fault("its file cannot be read or written", "See what the system log says of that disk.")
_DAMAGED: Final = Fault("its file is damaged", "Stop JB Calling and bring a backup back: `jbcalling restore`.")
_PASSWORD: Final = Fault("refuses the password", "Make DATABASE_URL or DATABASE_PASSWORD agree with the server's.")
_STARTING: Final = Fault("is starting", "Wait: it is tried again by itself.")

_BY_SQLITE: Final = {
    "SQLITE_FULL": _DISK_FULL,
    "SQLITE_READONLY": _NO_WRITING,
    "SQLITE_CANTOPEN": Fault("its file cannot be opened", "Check that the folder JBC_VAR is there and writable."),
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_IOERR": _UNREADABLE,
    "SQLITE_BUSY": Fault("another program holds it", "End whatever else has the database file open."),
}
"""Beginnings of SQLite's result codes (https://www.sqlite.org/rescode.html), the longer ones are kinds of these."""
_BY_POSTGRESQL: Final = {
    "53100": _DISK_FULL,
    "53300": Fault("has no connection left", "Raise max_connections of the database server, or end other clients."),
    "28": _PASSWORD,
    "3D": Fault("has no database of this name", "Make it, as docs/operations.md says, or correct DATABASE_URL."),
    "42501": _NO_RIGHT,
    "25006": _NO_WRITING,
    "57P03": _STARTING,
}
"""Beginnings of PostgreSQL's error codes (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

_BY_REDIS: Final = (
    (
        redis_errors.OutOfMemoryError,
        Fault("is full and refuses whatever is new", "Raise its `maxmemory`, or let it evict what expires."),
    ),
    (redis_errors.ReadOnlyError, Fault("is a replica and takes nothing", "Point REDIS_URL at the primary server.")),
    (redis_errors.BusyLoadingError, Fault("is loading its data", "Wait: it is tried again by itself.")),
    (
        redis_errors.AuthenticationError,
        Fault("refuses the password", "Make REDIS_URL or REDIS_PASSWORD agree with the server's."),
    ),
    (redis_errors.NoPermissionError, Fault("refuses what we need", "Give the account in REDIS_URL its rights.")),
)
_CANNOT_SAVE: Final = Fault(
    "cannot write to its disk, and takes nothing until it can",
    "Free space on its disk, or run it as ours, which writes nothing.",
)


def of_database(error: Exception) -> Fault:
    """What to say of an error that SQLAlchemy or a connection raised."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return (
        _by_code(_BY_SQLITE, str(getattr(cause, "sqlite_errorname", "")))
        or _by_code(_BY_POSTGRESQL, str(getattr(cause or error, "sqlstate", None) or ""))
        or DATABASE_SILENT
    )


def of_redis(error: Exception) -> Fault:
    """What to say of an error that redis-py raised."""
    if str(error).startswith("MISCONF"):
        return _CANNOT_SAVE
    return next((fault for kind, fault in _BY_REDIS if isinstance(error, kind)), REDIS_SILENT)


def _by_code(table: dict[str, Fault], code: str) -> Fault | None:
    return next((fault for beginning, fault in table.items() if code.startswith(beginning)), None)
