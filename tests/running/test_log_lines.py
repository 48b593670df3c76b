"""What the terminal shows of the lines that processes print: real ones of each, and broken ones."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys

import pytest

from app.supervisor import log_lines
from app.supervisor.terminal import Terminal
from ops.harness.web_server import ROOT

QUIET = [
    '{"process": "web", "method": "GET", "route": "/", "status": 200, "took_ms": 3, "event": "web.request", '
    '"request": "d2c1", "level": "info", "timestamp": "2026-11-29T14:20:41.024740Z"}',
    '{"process": "worker", "event": "whisper-base is ready, loaded in 3.2 s, +220 MB", "level": "info", '
    '"timestamp": "2026-11-29T14:20:37.793428Z", "logger": "tasks.serving"}',
    '{"process": "worker", "event": "speech.decoded", "level": "debug", "timestamp": "2026-11-29T14:20:37.793428Z"}',
    '{"level":30,"time":"2026-11-29T14:20:31.973Z","process":"sfu","host":"127.0.0.1","port":43489,"workers":1,'
    '"msg":"SFU listening"}',
    '{"level":20,"time":"2026-11-29T14:20:31.973Z","process":"sfu","msg":"consumer paused"}',
    "[INFO] Started worker-1",
    "[INFO] Granian shutdown completed, see ya!",
    "29162:C 29 Nov 2026 14:20:31.852 # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
    "29162:C 29 Nov 2026 14:20:31.852 # Redis version=6.2.14, bits=64, commit=40305114, modified=0, pid=29162",
    "29162:C 29 Nov 2026 14:20:31.852 # Configuration loaded",
    "29162:M 29 Nov 2026 14:20:31.852 * monotonic clock: POSIX clock_gettime",
    "29162:M 29 Nov 2026 14:20:31.852 # Server initialized",
    "29162:M 29 Nov 2026 14:20:31.852 # WARNING Memory overcommit must be enabled! Without it, a background save",
    "29162:M 29 Nov 2026 14:20:31.853 * Ready to accept connections",
    "29162:signal-handler (1795962060) Received SIGTERM scheduling shutdown...",
    "29162:M 29 Nov 2026 14:21:00.787 # User requested shutdown...",
    "29162:M 29 Nov 2026 14:21:00.787 # Redis is now ready to exit, bye bye...",
    "",
]
LOUD = {
    '{"process": "bridge", "url": "ws://127.0.0.1:46233/ws", "error": "[Errno 111] refused", "retry_in": 0.4, '
    '"event": "no connection to the SFU", "level": "warning", "timestamp": "2026-11-29T14:21:02.506787Z"}': (
        logging.WARNING,
        'no connection to the SFU url=ws://127.0.0.1:46233/ws error="[Errno 111] refused" retry_in=0.4',
    ),
    '{"process": "worker", "event": "This worker cannot start: nothing here transcribes speech", "level": "critical", '
    '"timestamp": "2026-11-29T14:21:02.506787Z", "logger": "tasks.middleware.engine_lifecycle"}': (
        logging.CRITICAL,
        "This worker cannot start: nothing here transcribes speech",
    ),
    '{"level":40,"time":"2026-11-29T14:20:31.973Z","process":"sfu","room":"5cca9295","msg":"too many sockets"}': (
        logging.WARNING,
        "too many sockets room=5cca9295",
    ),
    '{"level":60,"time":"2026-11-29T14:20:31.973Z","process":"sfu","err":{"type":"Error","message":"no",'
    '"stack":"Error: no\\n    at listen (sfu.js:1:2)"},"msg":"The SFU cannot start"}': (
        logging.CRITICAL,
        "The SFU cannot start\nError: no\n    at listen (sfu.js:1:2)",
    ),
    "[WARNING] Killing worker-1 after it refused to gracefully stop": (
        logging.WARNING,
        "Killing worker-1 after it refused to gracefully stop",
    ),
    "[ERROR] Unexpected exit from worker-1": (logging.ERROR, "Unexpected exit from worker-1"),
    "29162:M 29 Nov 2026 14:20:31.853 # Could not create server TCP listening socket 127.0.0.1:8050: bind": (
        logging.WARNING,
        "Could not create server TCP listening socket 127.0.0.1:8050: bind",
    ),
}
UNKNOWN = [
    "Traceback (most recent call last):",
    '  File "/srv/app/main.py", line 1, in <module>',
    "ValueError: invalid literal for int() with base 10: 'many'",
    "*** FATAL CONFIG FILE ERROR (Redis 6.2.14) ***",
    "(node:123) Warning: something",
    '{"process": "web", "event": "web.requ',  # of a process that was killed while it wrote
    '{"process": "web", "event": "no level"}',
    "{not JSON at all}",
    "[INFO",
]


@pytest.mark.parametrize("line", QUIET)
def test_what_is_no_news_is_not_shown(line: str) -> None:
    assert log_lines.read(line).level < logging.WARNING


@pytest.mark.parametrize("line", LOUD)
def test_warnings_and_errors_are_shown_short(line: str) -> None:
    found = log_lines.read(line)
    assert (found.level, found.text) == LOUD[line]


@pytest.mark.parametrize("line", UNKNOWN)
def test_what_fits_no_format_is_shown(line: str) -> None:
    found = log_lines.read(line)
    assert found.level == logging.WARNING
    assert found.text in (line, "no level")


@pytest.mark.parametrize(
    "line", ["{}", '{"level": null}', '{"level": "strange", "event": 7}', '{"level": 30.5, "err": 1}']
)
def test_json_that_is_not_ours_breaks_nothing(line: str) -> None:
    assert isinstance(log_lines.read(line).text, str)


def test_a_traceback_that_our_own_code_logs_is_shown_whole() -> None:
    program = (
        "import structlog; from tasks.wire import logs; logs.configure('web');"
        "log = structlog.get_logger()\n"
        "try:\n    int('many')\nexcept ValueError as error:\n"
        "    log.critical('web.job_failed', exc_info=error, segment='s1')"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    (line,) = run.stderr.splitlines()
    found = log_lines.read(line)
    first, *following = found.text.splitlines()
    assert (found.level, first) == (logging.CRITICAL, "web.job_failed segment=s1")
    assert following[0] == "Traceback (most recent call last):"
    assert following[-1] == "ValueError: invalid literal for int() with base 10: 'many'"


def shown(line: str, *, everything: bool = False) -> str:
    """What the terminal prints when `web` has printed a line."""
    output = io.StringIO()
    Terminal(output, ["web", "worker"], everything=everything).show("web", line, log_lines.read(line))
    return output.getvalue()


def test_the_terminal_shows_time_process_and_what_matters() -> None:
    line = json.dumps({"event": "captions.redis_lost", "error": "away", "level": "warning", "exception": "a\nb"})
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d web    +warning: captions.redis_lost error=away\n    a\n    b\n", shown(line)
    ), shown(line)
    assert shown(QUIET[0]) == ""


@pytest.mark.parametrize("line", [QUIET[0], *UNKNOWN])
def test_the_terminal_shows_everything_as_it_is_where_that_is_asked_for(line: str) -> None:
    assert re.fullmatch(rf"\d\d:\d\d:\d\d web +\| {re.escape(line)}\n", shown(line, everything=True))


def test_a_closed_terminal_is_no_error() -> None:
    output = io.StringIO()
    output.close()
    Terminal(output, ["web"]).say("Stopped.")
