"""`jbcalling doctor`: one check a fact, and for each failure what to do."""

from __future__ import annotations

import asyncio
import enum
import os
import platform
import shutil
import socket
import subprocess
from collections.abc import Awaitable, Callable
from ctypes.util import find_library
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError
from sqlalchemy.exc import SQLAlchemyError

from app import schema
from app.db import create_engine
from app.settings import Settings
from tasks import keys, queues, registry

LONGEST_WAIT = 5.0
"""Seconds a message may wait in a queue before the doctor calls it a fault."""


class State(enum.StrEnum):
    """What a check found."""

    OK = "ok"
    NOTE = "note"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """One fact, with what to do about it where it is a fault."""

    subject: str
    state: State
    detail: str
    remedy: str = ""

    def line(self) -> str:
        """The finding as one or two lines of text."""
        remedy = f"\n      → {self.remedy}" if self.remedy else ""
        return f"{self.state:<5} {self.subject}: {self.detail}{remedy}"


def _ok(subject: str, detail: str) -> Finding:
    return Finding(subject, State.OK, detail)


def _fail(subject: str, detail: str, remedy: str) -> Finding:
    return Finding(subject, State.FAIL, detail, remedy)


def _python() -> Finding:
    version = platform.python_version()
    if platform.python_version_tuple() < ("3", "11"):
        return _fail("Python", version, "install Python 3.11 or newer, remove .venv, start again with `make run`")
    return _ok("Python", version)


def _node() -> Finding:
    node = shutil.which("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip() if node else "none"
    if not node or int(version.lstrip("v").split(".")[0]) < 22:
        return _fail("Node", version, "run `make setup`: it brings its own Node where the machine's is older than 22")
    return _ok("Node", version)


def _media_worker() -> Finding:
    binary = os.environ.get("MEDIASOUP_WORKER_BIN", "")
    if not binary:
        return _fail("mediasoup worker", "not set up", "run `make setup`")
    # 41 is what the worker exits with when it is started by hand: it runs, with all its libraries.
    status = subprocess.run([binary], env={}, capture_output=True).returncode
    if status != 41:
        return _fail("mediasoup worker", f"does not run (status {status})", f"remove {binary}, then run `make setup`")
    return _ok("mediasoup worker", "runs")


def _espeak() -> Finding:
    if not shutil.which("espeak-ng"):
        return _fail("espeak-ng", "missing: no Portuguese voice", "apt-get install espeak-ng")
    return _ok("espeak-ng", "found")


def _libopus() -> Finding:
    if not find_library("opus"):
        return _fail("libopus", "missing: voices cannot be decoded", "apt-get install libopus0")
    return _ok("libopus", "found")


def _models() -> list[Finding]:
    findings = []
    for name in registry.default_models():
        try:
            registry.verify(name)
            findings.append(_ok(f"model {name}", "whole"))
        except registry.ModelError as error:
            findings.append(_fail(f"model {name}", str(error), f"jbcalling models install {name}"))
    return findings


def _listening(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


async def _http_health(subject: str, host: str, port: int, variable: str) -> Finding:
    if not await asyncio.to_thread(_listening, host, port):
        return Finding(subject, State.NOTE, f"not running on port {port}", "start it with `make run`")
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 2)
        writer.write(f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        status = await asyncio.wait_for(reader.readline(), 2)
        writer.close()
    except (OSError, TimeoutError) as error:
        return _fail(subject, f"port {port} does not answer: {error!r}", "restart it; see its log lines")
    if b" 200 " in status:
        return _ok(subject, f"healthy on port {port}")
    remedy = f"if another program uses port {port}, set {variable} to a free one; else see the process's log lines"
    return _fail(subject, f"port {port} answers {status.decode(errors='replace').strip()!r}", remedy)


async def _redis(settings: Settings) -> list[Finding]:
    client = Redis.from_url(settings.tasks.redis_url, socket_timeout=2, socket_connect_timeout=2)
    try:
        version = (await client.info("server"))["redis_version"]
        findings = [_ok("Redis", f"version {version} answers")]
        for queue in keys.QUEUES:
            age = await queues.oldest_age(client, queue)
            if age is not None and age > LONGEST_WAIT:
                remedy = "start workers (`worker` in the Procfile), or more of them"
                findings.append(_fail(f"queue {queue}", f"the oldest message waits {age:.0f} s", remedy))
            else:
                findings.append(_ok(f"queue {queue}", "nothing waits" if age is None else f"oldest waits {age:.1f} s"))
        workers = await queues.workers(client)
        if workers:
            findings.append(_ok("workers", f"{len(workers)} answering"))
        else:
            findings.append(
                Finding("workers", State.NOTE, "none answering: calls run without translation", "start `worker`")
            )
        return findings
    except AuthenticationError:
        return [_fail("Redis", "refuses the password", "make REDIS_URL or REDIS_PASSWORD agree with the server's")]
    except (RedisError, OSError) as error:
        if os.environ.get("REDIS_URL"):
            return [_fail("Redis", f"not reachable: {error}", "check REDIS_URL and that the server runs")]
        return [Finding("Redis", State.NOTE, "our own server is not running", "start it with `make run`")]
    finally:
        await client.aclose()


async def _database(settings: Settings) -> Finding:
    engine = create_engine(settings.sqlalchemy_url)
    try:
        present = await schema.present(engine)
    except (SQLAlchemyError, OSError) as error:
        return _fail("database", f"not reachable: {error}", "check DATABASE_URL and that the server runs")
    finally:
        await engine.dispose()
    if present != (wanted := await asyncio.to_thread(schema.newest)):
        return _fail("database", f"schema is {present or 'missing'}, not {wanted}", "start `make run`: it migrates")
    return _ok("database", "reachable, schema up to date")


async def examine() -> list[Finding]:
    """All checks, in the order in which a fault would show."""
    settings = Settings()
    host = "127.0.0.1"
    later: list[Callable[[], Awaitable[Finding]]] = [
        lambda: _http_health("web", settings.web_host, settings.web_port, "WEB_PORT"),
        lambda: _http_health("sfu", settings.sfu_host, settings.sfu_port, "SFU_PORT"),
        lambda: _http_health("bridge", host, settings.bridge_port, "BRIDGE_PORT"),
    ]
    findings = [_python(), _node(), _media_worker(), _espeak(), _libopus(), *await asyncio.to_thread(_models)]
    findings += await _redis(settings)
    findings.append(await _database(settings))
    findings += [await check() for check in later]
    return findings
