"""What processes write about themselves: enough to follow one segment, and nothing that anybody said."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis
from click.testing import CliRunner

from app import migrate
from app.commands.cli import main
from app.supervisor import log_files
from ops.harness.captions import caption
from ops.harness.redis_server import redis_server
from ops.harness.web_server import ROOT
from tasks import publish
from tasks.wire.logs import WithoutPayloads, room_digest
from tasks.wire.messages import Translation
from tasks.wire.queues import TRANSLATE, message_of
from tests.tasks.messages import segment

SECRET_WORDS = "the combination of the safe is nineteen"


def test_a_rooms_code_is_written_as_a_digest_of_it() -> None:
    event: dict[str, Any] = {"event": "hello", "room": "kqzp-7wma-x3td"}
    assert room_digest(None, "info", event)["room"] == "2fcd77c8"


def test_an_actors_message_is_named_and_not_quoted() -> None:
    translation = Translation(segment=segment(), text=SECRET_WORDS, target="pt", timeline=segment().timeline)
    message = message_of(TRANSLATE, translation)
    assert SECRET_WORDS in str(message), "what Dramatiq would print of a message that fails"
    record = logging.LogRecord("dramatiq", logging.ERROR, "", 0, "Failed to process message %s", (message,), None)
    assert WithoutPayloads().filter(record)
    assert record.getMessage() == f"Failed to process message translate {message.message_id}"


def test_libraries_and_our_own_code_write_one_kind_of_line() -> None:
    program = (
        "import logging, structlog; from tasks.wire import logs; logs.configure('worker');"
        "structlog.get_logger().info('segment.sent', room='kqzp-7wma-x3td', segment='s1');"
        "logging.getLogger('dramatiq.worker').warning('lost %s', 'Redis')"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    ours, theirs = map(json.loads, run.stderr.splitlines())
    assert (ours["process"], ours["event"], ours["room"], ours["segment"]) == (
        "worker", "segment.sent", "2fcd77c8", "s1"
    )  # fmt: skip
    assert (theirs["process"], theirs["event"], theirs["level"]) == ("worker", "lost Redis", "warning")
    assert datetime.fromisoformat(theirs["timestamp"]).tzinfo


@pytest.mark.parametrize(("level", "seen"), [("", ["info"]), ("debug", ["debug", "info"])])
def test_smaller_steps_are_written_where_they_are_asked_for_and_those_of_libraries_never(
    level: str, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LEVEL", level)
    program = (
        "import logging, structlog; from tasks.wire import logs; logs.configure('worker');"
        "log = structlog.get_logger(); log.debug('speech.decoded'); log.info('actor.done');"
        "logging.getLogger('dramatiq.worker').debug('what was said')"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [json.loads(line)["level"] for line in run.stderr.splitlines()] == seen


def test_kept_logs_stay_within_their_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "MAX_BYTES", 1_000)
    folder = tmp_path / "logs"
    files = log_files.LogFiles(folder)
    for number in range(1_000):
        files.write("web", f"line {number}")
    found = sorted(folder.iterdir())
    assert [file.name for file in found] == ["web.log", *(f"web.log.{n}" for n in range(1, log_files.OLDER_FILES + 1))]
    assert all(file.stat().st_size <= 1_000 for file in found)
    assert found[0].read_text().splitlines()[-1] == "line 999"
    assert [path.stat().st_mode & 0o077 for path in (folder, found[0])] == [0, 0]


def test_a_trace_joins_captions_and_logs_of_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JBC_VAR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    migrate.upgrade()
    item = caption("room", "abc-7", SECRET_WORDS, language="pt", source="en")
    closed = datetime.fromtimestamp(item.timeline.closed + 0.01).astimezone().isoformat()
    lines = [
        {"process": "bridge", "event": "segment.sent", "segment": "abc-7", "after_ms": 9, "timestamp": closed},
        {"process": "bridge", "event": "segment.sent", "segment": "abc-77", "after_ms": 9, "timestamp": closed},
    ]
    log = tmp_path / "bridge.log"
    log.write_text("not JSON abc-7\n" + "".join(f"bridge | {json.dumps(line)}\n" for line in lines))
    with redis_server() as server:
        monkeypatch.setenv("REDIS_URL", server.url)
        with redis.Redis.from_url(server.url) as client:
            assert publish.final_caption(client, item, "m1")
            assert publish.final_caption(client, msgspec.structs.replace(item, language="en"), "m2")
        shown = CliRunner().invoke(main, ["trace", "u-abc-7", str(log)])
    assert shown.exit_code == 0, shown.output
    rows = [line.split(maxsplit=3) for line in shown.output.splitlines()]
    assert [(row[2], row[3]) for row in rows[1:]] == [
        ("bridge", "speech begins"),
        ("bridge", "speech ends"),
        ("bridge", "the pause was long enough: the segment is closed"),
        ("bridge", "segment.sent after_ms=9"),
        ("worker", "transcription begins"),
        ("worker", "transcription ends"),
        ("worker", "translation begins (pt)"),
        ("worker", "translation ends (pt)"),
    ]
    assert [int(row[1]) for row in rows[1:]] == [-2000, 0, 100, 110, 120, 300, 310, 330]
    assert SECRET_WORDS not in shown.output
