"""`jbcalling trace`: one segment through all processes, from its timeline and from their logs.

The timeline travels with the captions into the database (and waits in Redis until it is there), so that the workers'
times are known whatever machine they ran on. Logs add what bridge and web did, and why something did not happen.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.auth import secrets_file
from app.captions import stream
from app.db import create_engine, create_sessions
from app.settings.installation import InstallationSettings
from app.supervisor import runner
from app.tables import StoredCaption
from tasks.wire.messages import Timeline, segment_id
from tasks.wire.redis_client import connect_async

OF_ALL: Final = ("segment.", "listening.")
"""How events begin that are about a segment with all of its sentences; others with its id are about the first one."""
ENVELOPE: Final = frozenset({"timestamp", "process", "event", "level", "segment", "logger"})
"""Fields of a log line that are shown elsewhere or tell nothing about the segment."""

STAGES: Final = {
    "speech_start": ("bridge", "speech begins"),
    "speech_end": ("bridge", "speech ends"),
    "closed": ("bridge", "the pause was long enough: the segment is closed"),
    "stt_start": ("worker", "transcription begins"),
    "stt_end": ("worker", "transcription ends"),
    "translate_start": ("worker", "translation begins"),
    "translate_end": ("worker", "translation ends"),
}
"""Moment of a timeline → process and words."""


@dataclass(frozen=True, order=True)
class Step:
    """Something that happened to a segment."""

    at: float
    """Epoch seconds, by the clock of the machine where it happened."""
    process: str
    what: str


def from_timeline(language: str, source: str, timeline: Timeline) -> Iterator[Step]:
    """The steps that a caption's timeline tells of."""
    for name, (process, words) in STAGES.items():
        at = getattr(timeline, name)
        if at is not None and (language == source) != name.startswith("translate"):
            yield Step(at, process, words if language == source else f"{words} ({language})")


def from_logs(lines: Iterable[str], sentence: str) -> Iterator[Step]:
    """The steps that log lines tell of: of a sentence, and of its segment as a whole.

    Lines that are not JSON or about something else are passed over.
    """
    segment = segment_id(sentence)
    for line in lines:
        if segment not in line:
            continue
        try:
            entry = json.loads(line[line.index("{") :])
            at = datetime.fromisoformat(entry["timestamp"]).timestamp()
        except (ValueError, KeyError, TypeError):
            continue
        of, event = entry.get("segment"), str(entry.get("event", ""))
        if of == sentence or (of == segment and event.startswith(OF_ALL)):
            facts = " ".join(f"{key}={_short(value)}" for key, value in entry.items() if key not in ENVELOPE)
            yield Step(at, str(entry.get("process", "?")), f"{event} {facts}".strip())


def _short(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


async def from_captions(settings: InstallationSettings, segment: str) -> list[Step]:
    """The steps that captions in the database and in Redis tell of.

    Raises:
        click.ClickException: neither can be read.
    """
    found: dict[str, tuple[str, Timeline]] = {}
    failures = []
    engine = create_engine(settings.sqlalchemy_url)
    redis = connect_async(settings.tasks.redis_url, socket_connect_timeout=2.0)
    try:
        async with create_sessions(engine)() as session:
            for row in await session.scalars(select(StoredCaption).where(StoredCaption.segment == segment)):
                found[row.language] = (row.source_language, row.timeline)
    except (SQLAlchemyError, OSError) as error:
        failures.append(f"the database: {type(error).__name__}")
    try:
        async for _, caption in stream.spoken(redis):
            if caption.segment == segment:
                found.setdefault(caption.language, (caption.source_language, caption.timeline))
    except (RedisError, OSError) as error:
        failures.append(f"Redis: {type(error).__name__}")
    finally:
        await redis.aclose()
        await engine.dispose()
    if len(failures) == 2:
        raise click.ClickException("Nothing answers. " + "; ".join(failures))
    for failure in failures:
        click.echo(f"Not available: {failure}", err=True)
    return [step for language, (source, times) in found.items() for step in from_timeline(language, source, times)]


def log_lines(var_dir: Path, given: tuple[Path, ...]) -> Iterator[str]:
    """The lines of the given files ("-": standard input); else those kept in JBC_VAR/logs; else the journal's."""
    paths = given or tuple(sorted((var_dir / "logs").glob("*.log*")))
    for path in paths:
        if str(path) == "-":
            yield from sys.stdin
        else:
            with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(errors="replace") as file:
                yield from file
    if not paths and (journalctl := shutil.which("journalctl")):
        command = [journalctl, "--output=cat", "--unit=jbcalling-*", "--since=-7days"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as journal:
            yield from journal.stdout or ()


def table(steps: list[Step]) -> str:
    """The steps in order, with milliseconds since the end of speech."""
    ordered = sorted(set(steps))
    zero = next((step.at for step in ordered if step.what.startswith("speech ends")), ordered[0].at)
    rows = [f"{'UTC':<13}{'ms':>8}  {'process':<8}what"]
    for step in ordered:
        clock = datetime.fromtimestamp(step.at, UTC).strftime("%H:%M:%S.%f")[:-3]
        rows.append(f"{clock:<13}{1000 * (step.at - zero):>8.0f}  {step.process:<8}{step.what}")
    return "\n".join(rows)


@click.command()
@click.argument("segment")
@click.argument("logs", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
def trace(segment: str, logs: tuple[Path, ...]) -> None:
    """Follow one SEGMENT through all processes: what happened to it, where and when.

    LOGS are files to look through, or - for standard input; without any, JBC_VAR/logs, or else the journal. The page
    has a segment's id in the id of its line: u-SEGMENT.
    """
    os.environ.setdefault("JBC_VAR", str(runner.ROOT / "var"))
    for name, value in secrets_file.read(secrets_file.place(Path(os.environ["JBC_VAR"]))).items():
        os.environ.setdefault(name, value)
    settings = InstallationSettings()
    segment = segment.removeprefix("u-").removeprefix("t-")
    steps = [*asyncio.run(from_captions(settings, segment)), *from_logs(log_lines(settings.var_dir, logs), segment)]
    if not steps:
        raise click.ClickException(f"Nothing is known about segment {segment}: neither captions nor logs name it.")
    click.echo(table(steps))
