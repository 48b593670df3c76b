"""Structured logs: JSON lines, or readable ones on a terminal, of our own code and of every library.

No names, no tokens, no room codes (a code opens its room), nothing that was said. Fields that all processes share:
`process`, `event`, `level`, `timestamp` (UTC), and where they apply `room` (a digest), `segment` and `request`.
"""

from __future__ import annotations

import hashlib
import logging
import sys

import dramatiq
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from tasks.wire.environment import LOG_LEVEL


def room_digest(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Write eight hexadecimal digits in place of a room's code; the SFU's log writes the same ones."""
    if isinstance(room := event.get("room"), str):
        event["room"] = hashlib.sha256(room.encode()).hexdigest()[:8]
    return event


class WithoutPayloads(logging.Filter):
    """Names the actor messages that Dramatiq logs, which it would print whole: they hold what people said."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, with its messages replaced."""
        if isinstance(record.args, tuple):
            record.args = tuple(_without_payload(argument) for argument in record.args)
        return True


def _without_payload(argument: object) -> object:
    if isinstance(argument, dramatiq.Message | dramatiq.MessageProxy):
        return f"{argument.actor_name} {argument.message_id}"
    return argument


def configure(process: str) -> None:
    """Set the format for this process, named as in the Procfile, and for the libraries that log here.

    LOG_LEVEL=debug adds what our own code says of smaller steps; libraries, which would quote messages, stay at "info".
    """
    level = logging.DEBUG if LOG_LEVEL() == "debug" else logging.INFO

    def add_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"process": process, **event}

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        room_digest,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Not dict_tracebacks: it prints local variables, which hold names, tokens and what people said.
    rendering: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if sys.stderr.isatty()
        else [structlog.processors.format_exc_info, add_process, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(WithoutPayloads())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.INFO)
    for library in ("httpx", "alembic"):  # they would tell of every look at a neighbour's /health and at the schema
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # it says at length what it raises
