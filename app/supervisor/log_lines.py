"""What a line that a process printed means to a person: how serious it is, and what it says in a few words.

Our processes print JSON: Python's with structlog's fields, the SFU's with pino's. Granian and the Redis server have
formats of their own. A line that fits none of them (a traceback, a complaint of a native library) is taken seriously.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from typing import Any, Final

LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "exception": logging.ERROR,
    "critical": logging.CRITICAL,
}
PINO_ABOVE: Final = 10
"""Pino's levels are numbers as `logging`'s, each this much higher: 30 is "info", 60 is "fatal"."""
ENVELOPE: Final = frozenset(
    {"event", "msg", "level", "process", "timestamp", "time", "ts", "logger", "exception", "err"}
)
"""Fields that are shown in a place of their own, or that tell a person nothing."""
GRANIAN: Final = re.compile(r"\[(DEBUG|INFO|WARNING|ERROR|CRITICAL)\] (.*)")
REDIS: Final = re.compile(r"\d+:(?:[A-Z] \d\d \w{3} \d{4} [\d:.]+ ([.*#-])|signal-handler \(\d+\)) (.*)")
"""As in `29162:M 29 Nov 2026 14:20:31.853 * Ready to accept connections`; `#` marks what it calls a warning."""
REDIS_ROUTINE: Final = (
    "oO0OoO0OoO0Oo",
    "Redis version=",
    "Configuration loaded",
    "Server initialized",
    "User requested shutdown",
    "Redis is now ready to exit",
    "WARNING Memory overcommit",  # matters to a server that saves to a disk, which ours never does
    "WARNING overcommit_memory",
    "WARNING you have Transparent Huge Pages",
    "WARNING: The TCP backlog",
)
"""Beginnings of what the Redis server marks with `#` although nothing is wrong."""
CADDY_ROUTINE: Final = (
    "admin endpoint disabled",
    "automatic HTTP->HTTPS redirects are disabled",
    "stapling OCSP",
    "exiting; byeee!!",
)
"""Beginnings of what Caddy warns of although it was told to do so."""


@dataclass(frozen=True)
class LogLine:
    """One printed line, as a person is told of it."""

    level: int
    """As `logging` counts them."""
    text: str
    """What happened, with its fields; where there is a traceback, it follows in lines of its own."""


def read(line: str) -> LogLine:
    """What a printed line says; a line of no known format is a warning, an empty one is not."""
    if line.startswith("{"):
        try:
            return _read_fields(json.loads(line))
        except ValueError:
            return LogLine(logging.WARNING, line)
    if granian := GRANIAN.fullmatch(line):
        return LogLine(LEVELS[granian[1].lower()], granian[2])
    if redis := REDIS.fullmatch(line):
        serious = redis[1] == "#" and not redis[2].startswith(REDIS_ROUTINE)
        return LogLine(logging.WARNING if serious else logging.INFO, redis[2])
    return LogLine(logging.WARNING if line.strip() else logging.INFO, line)


def _read_fields(fields: dict[str, Any]) -> LogLine:
    words = [str(fields.get("event") or fields.get("msg") or "")]
    words += [f"{name}={_plain(value)}" for name, value in fields.items() if name not in ENVELOPE]
    text = " ".join(word for word in words if word)
    level = logging.INFO if text.startswith(CADDY_ROUTINE) else _level(fields.get("level"))
    return LogLine(level, "\n".join([text, *_traceback(fields)]))


def _level(value: object) -> int:
    if isinstance(value, int):
        return value - PINO_ABOVE
    return LEVELS.get(str(value).lower(), logging.WARNING)


def _plain(value: object) -> str:
    return value if isinstance(value, str) and value and " " not in value else json.dumps(value, ensure_ascii=False)


def _traceback(fields: dict[str, Any]) -> list[str]:
    """Lines of structlog's `exception`, or of the error that pino has in `err`."""
    error = fields.get("err")
    stack = error.get("stack") or error.get("message") if isinstance(error, dict) else error
    return [line for text in (fields.get("exception"), stack) if text for line in str(text).splitlines()]
