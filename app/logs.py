"""Structured logs: JSON lines, or readable ones on a terminal.

No names, no tokens, no room codes (a code opens its room), nothing that was said.
"""

from __future__ import annotations

import hashlib
import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def _readable() -> list[Processor]:
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def _json() -> list[Processor]:
    # Not dict_tracebacks: it prints local variables, which hold names, tokens and what people said.
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def room_digest(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Write eight hexadecimal digits in place of a room's code; the SFU's log writes the same ones."""
    if isinstance(room := event.get("room"), str):
        event["room"] = hashlib.sha256(room.encode()).hexdigest()[:8]
    return event


def configure() -> None:
    """Set the format for this process."""
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            room_digest,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(_readable() if terminal else _json()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
