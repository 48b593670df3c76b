"""Settings: the defaults load, and whatever cannot be used ends a start with one line, in every process."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.auth.secrets_file import NAMES
from app.commands.cli import main
from app.media.bridge.settings import BridgeSettings
from app.settings.web import WebSettings
from app.supervisor.claims import RunnerSettings
from app.supervisor.lan import LAN_HOST, LAN_PORT
from app.supervisor.redis_server import RedisServerSettings
from app.supervisor.runner import LOG
from ops.harness.stack import ROOT
from tasks.settings import InstallerSettings, WorkerSettings
from tasks.wire.environment import (
    MAX_SHOWN_CHARS,
    REDIS_HOST,
    REDIS_PASSWORD,
    REDIS_PORT,
    REDIS_WORKER_PASSWORD,
    Setting,
    SettingError,
    ending_in_one_line,
)
from tests.running.test_deploy import READ

PROCESSES: dict[str, Callable[[], object]] = {
    "web": WebSettings,
    "bridge": BridgeSettings,
    "worker": WorkerSettings,
    "installer": InstallerSettings,
    "redis": RedisServerSettings,
    "run": RunnerSettings,
}
NUMBER = ("letters", "  ", "-1e99", "99999999999", "nan", "inf", "-inf", "5s", "1,5", "0x10", "--1", "1e999")
HOST = ("two words", "  ", "http://host", "[::1]", "host:80", "::1:::", "a/b", "user@host", "fe80::1%eth0", "x" * 300)
LINE = ("two\nlines", "  ", "\n", "\t", "a\r", "b\n", "\nc", "d\ne\nf", " \n ", "\r\n")
MALFORMED = {
    "a whole number": NUMBER,
    "a number": NUMBER,
    "0 or 1": (*NUMBER, "2", "yes", "true"),
    "a host name": HOST,
    "addresses": tuple(value for value in HOST if value != "two words"),
    "one of": ("letters", "  ", "0", "1", "-1", "debug,info", "édition", "nan", "5s", "a\nb"),
    "one line of": LINE,
    "HOST:PORT": ("letters", "  ", "-1", "10.0.0.7", "10.0.0.7:0", "host:99999", "http://h:80", "h:1/x", "::1:80"),
    "wss://": ("letters", "  ", "http://host/ws", "host", "-1", "5", "nan", "wss:host", "ws:/x", "wss://a b c"),
    "stun": ("letters", "  ", "http://host", "turn:host", "-1", "5", "nan", "inf", "host:3478", "stun:a b"),
    "turn": ("letters", "  ", "http://host", "stun:host", "-1", "5", "nan", "inf", "host:3478", "turn:a b"),
    "proxies": ("letters", "  ", "10.0.0", "10.0.0.1/8", "10.0.0.0/33", "-1", "nan", "http://10.0.0.1", "*", "::1:::"),
    "origins": ("letters", "  ", "www.example.org", "ftp://host", "-1", "5", "nan", "'self'", "https://", "https://a/b"),
    "redis://": ("letters", "  ", "http://host", "-1", "5", "nan", "redis://", "redis://:a/b@host/0", "redis://:a#b@host",
                 "redis://h:port", "redis://h:99999"),
    "amqp://": ("letters", "  ", "http://host", "-1", "5", "nan", "amqp://", "amqp://u:a/b@host/x", "amqp://u:a#b@host",
                "amqp://h:port", "amqp://h:99999", "redis://h", "amqp://h/x", "amqp://u@h/x"),
    "postgresql": ("letters", "  ", "http://host/x", "-1", "5", "nan", "mysql://h/x", "postgresql://h/x",
                   "postgresql+asyncpg://u:a@b@host/x", "sqlite:///x"),
    "an issuer": ("letters", "  ", "http://login.example.org", "ftp://host", "https://", "https://a b", "https://h/?x=1",
                  "https://h:port", "https://h:99999"),
    "roles": ("letters", "  ", "owner", "owner=", "owner=*", "owner=ada", "root=a@b.c", "owner=email:a@b.c", "host=x:"),
    "a path": ("  ",),
    "some text": ("  ",),
}  # fmt: skip
"""How what is allowed begins → what is not."""


def settings_of(made: object) -> Iterator[Setting[Any]]:
    """Every setting of a settings class and of what it holds."""
    if isinstance(made, type) and is_dataclass(made):
        for field in fields(made):
            if isinstance(field.default_factory, Setting):
                yield field.default_factory
            elif isinstance(field.default_factory, type):
                yield from settings_of(field.default_factory)


KNOWN = {setting.name: setting for made in PROCESSES.values() for setting in settings_of(made)}
KNOWN |= {setting.name: setting for setting in (REDIS_HOST, REDIS_PORT, REDIS_PASSWORD, LOG, LAN_HOST, LAN_PORT)}
KNOWN[REDIS_WORKER_PASSWORD.name] = REDIS_WORKER_PASSWORD
BY_HAND = {
    *("BACKUP_DIR", "BACKUP_ALSO", "BACKUP_METRICS", "BACKUP_PASSPHRASE", "JBC_VAR", "JBC_KEYS", "JBC_SECRETS"),
    *("MODELS_DIR", "MODELS_FOLDER", "MODELS_OFFLINE", "MODELS_DISK_BUDGET", "MODEL_HUB", "ARGOS_PACKAGES"),
    "MOZILLA_MODELS",
    *("LLM_URL", "LLM_MODEL", "LLM_TIMEOUT", "LLM_API_KEY", "TURN_SECRET", "SECOND_FACTOR_SECRET"),
    "KEEP_SECRET",
    *("XDG_CACHE_HOME", "PATH_INFO", "ESPEAK_NG", "MEDIASOUP_WORKER_BIN"),
}
"""Paths, addresses of models, the language model's endpoint, secrets of what may be off: read where they are used."""


@pytest.fixture(autouse=True)
def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in {*KNOWN, *BY_HAND} - {"XDG_CACHE_HOME", "MEDIASOUP_WORKER_BIN", "ESPEAK_NG"}:
        monkeypatch.delenv(name, raising=False)
    for name in NAMES:
        monkeypatch.setenv(name, "s" * 40)


@pytest.mark.parametrize("process", PROCESSES)
def test_the_defaults_load(process: str) -> None:
    PROCESSES[process]()


def test_every_setting_that_the_code_reads_is_known_here() -> None:
    sources = [*ROOT.glob("app/**/*.py"), *ROOT.glob("tasks/**/*.py")]
    read = {name for path in sources if "node_modules" not in path.parts for name, _ in READ.findall(path.read_text())}
    assert read - KNOWN.keys() == BY_HAND & read
    assert len(KNOWN) > 45


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_what_cannot_be_used_ends_the_start_with_one_line(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    setting = KNOWN[name]
    (malformed,) = (values for begin, values in MALFORMED.items() if setting.allowed.startswith(begin))
    readers = [made for made in PROCESSES.values() if setting in settings_of(made)] or [setting]
    for value in malformed:
        monkeypatch.setenv(name, value)
        for made in readers:
            with pytest.raises(SystemExit) as ended, ending_in_one_line():
                made()
            assert ended.value.code == os.EX_CONFIG
            line = capsys.readouterr().err
            assert line.startswith(f"Cannot start: {name} "), line
            assert line.endswith(f": it must be {setting.allowed}.\n"), line
            assert line.count("\n") == 1
            if setting.secret:
                assert not value.strip() or f" {value}" not in line.removesuffix(f"{setting.allowed}.\n")
            else:
                assert repr(value)[: MAX_SHOWN_CHARS // 2] in line


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_an_empty_variable_is_as_good_as_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name not in NAMES:
        monkeypatch.setenv(name, "")
    for made in PROCESSES.values():
        made()


def test_blanks_around_a_value_do_no_harm_and_those_in_a_secret_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PORT", " 8123 ")
    monkeypatch.setenv("SESSION_SECRET", f" {'s' * 40} ")
    settings = WebSettings()
    assert (settings.web_port, settings.session_secret) == (8123, f" {'s' * 40} ")


@pytest.mark.parametrize("name", ["SESSION_SECRET", "SFU_TOKEN_SECRET", "TURN_SECRET"])
def test_a_secret_is_never_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURN_URLS", "turn:turn.example.org:3478")
    monkeypatch.setenv(name, "my-short-secret")
    with pytest.raises(SettingError, match=name) as refused:
        WebSettings()
    assert "my-short-secret" not in str(refused.value)
    monkeypatch.delenv(name)
    with pytest.raises(SettingError, match=f"{name} is missing"):
        WebSettings()


def test_rooms_are_made_by_who_has_signed_in_only_where_somebody_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOMS_BY", "login")
    for name, value in (("OIDC_CLIENT_ID", "calls"), ("OIDC_ISSUER", "https://login.example.org")):
        with pytest.raises(SettingError, match="ROOMS_BY is 'login' and nobody can sign in"):
            WebSettings()
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match="it needs OIDC_ISSUER and OIDC_ROLES"):
        WebSettings()
    monkeypatch.setenv("OIDC_ROLES", "host=*")
    assert WebSettings().rooms_by == "login"


@pytest.mark.service  # it starts no service, but a dozen processes
@pytest.mark.parametrize(
    ("command", "bad"),
    [
        (["-m", "app.web"], {"FEEDS_TOTAL": "many"}),
        (["-m", "app.web"], {"WEB_PORT": "80x"}),
        (["-m", "app.media.bridge"], {"PLAYOUT_MAX_LAG": "5s"}),
        (["-m", "app.media.bridge"], {"REDIS_PORT": "nan"}),
        (["-m", "tasks.worker"], {"WORKER_METRICS_PORT": "-1"}),
        (["-m", "tasks.worker"], {"MODEL_THREADS": "1,5"}),
        (["-m", "app.supervisor.redis_server"], {"REDIS_BIND": "host:80"}),
        (["-m", "app.supervisor.redis_server"], {"REDIS_PASSWORD": ""}),
        (["-m", "app.commands.cli", "run"], {"INTERIM_EVERY": "-2"}),
        (["-m", "app.commands.cli", "run"], {"LOG": "loud"}),
        (["-m", "app.commands.cli", "doctor"], {"JBC_ROLE": "edge,worker"}),
        (["-m", "app.commands.cli", "keys", "list"], {"MODEL_THREADS": "0"}),
        (["-m", "app.commands.cli", "backup", "list"], {"BACKUP_KEEP_DAYS": "a week"}),
        (["-m", "alembic", "upgrade", "head"], {"DATABASE_URL": "mysql://host/name"}),
    ],
)  # fmt: skip
async def test_a_process_ends_with_status_78_and_no_traceback(
    command: list[str], bad: dict[str, str], tmp_path: Path
) -> None:
    env = os.environ | {"JBC_VAR": str(tmp_path)} | bad
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env=env, stdout=pipe, stderr=pipe
    )
    out, err = await asyncio.wait_for(started.communicate(), 60)
    lines = [line for line in (out + err).decode().splitlines() if line.strip()]
    assert started.returncode == os.EX_CONFIG, lines
    ((name, _),) = bad.items()
    (line,) = lines
    assert line.startswith(f"Cannot start: {name} "), line


def test_a_command_without_settings_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PORT", "80x")
    assert CliRunner().invoke(main, ["--help"]).exit_code == 0
