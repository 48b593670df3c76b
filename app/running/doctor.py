"""`jbcalling doctor`: one check a fact, and for each failure what to do."""

from __future__ import annotations

import asyncio
import enum
import os
import platform
import shutil
import subprocess
import sys
import time
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from sqlalchemy.exc import SQLAlchemyError

from app import migrate
from app.confinement import Confinement
from app.db import create_engine
from app.settings.installation import ROLE, InstallationSettings
from app.settings.networks import LOOPBACK, MONITORING_FROM
from tasks import registry
from tasks.wire import keys, queues
from tasks.wire.addresses import authority, listening
from tasks.wire.administration import Installing
from tasks.wire.environment import OF_WORKERS, TaskConfig
from tasks.wire.messages import decode
from tasks.wire.redis_client import connect_async
from tasks.wire.waiting import BrokerAwayError

ROOT = Path(__file__).resolve().parents[2]
MAX_CLOCK_SECONDS = 1.0
"""Seconds that a clock may be off before the doctor calls it a fault."""
MAX_QUEUE_SECONDS = 5.0
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


def _absent(subject: str, detail: str, process: str, *, started: bool) -> Finding:
    """What does not run: a fault where the rest of the installation does, else nothing has been started yet."""
    if not started:
        return Finding(subject, State.NOTE, detail, "start it with `make run`")
    if not ROLE():
        remedy = f"`make run` starts it again: JBC_VAR/logs/{process}.log says why it ended"
        return _fail(subject, detail, remedy)
    unit = f"jbcalling-{process}{'@1' if process == 'worker' else ''}"
    where = "on a worker's machine: " if process == "worker" and ROLE() == "edge" else ""
    return _fail(subject, detail, f"{where}systemctl start {unit}; why it ended: journalctl -u 'jbcalling-{process}*'")


def _python() -> Finding:
    version = platform.python_version()
    if platform.python_version_tuple() < ("3", "11"):
        return _fail("Python", version, "install Python 3.11 or newer, remove .venv, start again with `make run`")
    return _ok("Python", version)


def _node() -> Finding:
    node = shutil.which("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip() if node else "none"
    if not node or int(version.lstrip("v").split(".")[0]) < 22:
        return _fail("Node", version, "run `make setup`: it brings its own Node if the machine's is older than 22")
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


def _decoder() -> Finding:
    """How far the process that decodes uploads is confined here."""
    subject, command = "decoder of uploads", [sys.executable, "-m", "app.confinement"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True)
    if done.returncode:
        return _fail(subject, f"cannot be confined (status {done.returncode})", "run `make setup`")
    held = msgspec.json.decode(done.stdout, type=Confinement)
    if not held.filtered:
        detail = f"user {held.uid}, limits and no secrets, but files and network are open to it: no seccomp here"
        return Finding(subject, State.NOTE, detail, "let this container or unit use seccomp")
    return _ok(subject, f"user {held.uid}, no files, no network, no other processes (seccomp)")


def _models() -> list[Finding]:
    findings = []
    for name in registry.default_models():
        try:
            registry.verify(name)
            findings.append(_ok(f"model {name}", "whole"))
        except registry.ModelError as error:
            findings.append(_fail(f"model {name}", str(error), f"jbcalling models install {name}"))
    return findings


async def _http_health(subject: str, host: str, port: int, variable: str) -> Finding | None:
    """How a process answers; None where nothing listens on its port."""
    if not await asyncio.to_thread(listening, host, port):
        return None
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 2)
        writer.write(f"GET /health HTTP/1.1\r\nHost: {authority(host, port)}\r\nConnection: close\r\n\r\n".encode())
        status = await asyncio.wait_for(reader.readline(), 2)
        writer.close()
    except (OSError, TimeoutError) as error:
        return _fail(subject, f"port {port} does not answer: {error!r}", "restart it; check its log")
    if b" 200 " in status:
        return _ok(subject, f"healthy on port {port}")
    remedy = f"if another program uses port {port}, set {variable} to a free one; otherwise check the process's log"
    return _fail(subject, f"port {port} answers {status.decode(errors='replace').strip()!r}", remedy)


async def _processes(settings: InstallationSettings) -> tuple[list[Finding], bool]:
    """How the edge's processes answer, and whether this installation has been started."""
    places = {
        "web": (settings.web_address, settings.web_port),
        "sfu": (settings.sfu_address, settings.sfu_port),
        "bridge": ("127.0.0.1", settings.bridge_port),
    }
    if ROLE() == "worker":
        return [], True
    answers = {
        name: await _http_health(name, host, port, f"{name.upper()}_PORT") for name, (host, port) in places.items()
    }
    started = bool(ROLE()) or any(found is not None and found.state is State.OK for found in answers.values())
    return [
        found or _absent(name, f"not running on port {places[name][1]}", name, started=started)
        for name, found in answers.items()
    ], started


async def _redis(settings: InstallationSettings, *, started: bool) -> list[Finding]:
    url = OF_WORKERS() if ROLE() == "worker" else settings.tasks.redis_url
    client = connect_async(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        findings = [await _redis_version(client), await _clock(client), *await _queues(settings.tasks, client)]
        workers = await queues.workers(client)
        if workers:
            findings.append(_ok("workers", f"{len(workers)} answering"))
        else:
            nobody = "none answering: calls run without translation"
            findings.append(_absent("workers", nobody, "worker", started=started))
        hosts: list[Any] = await client.hvals(keys.INSTALLING)
        return [*findings, *(_translators(decode(data, Installing)) for data in hosts)]
    except AuthenticationError:
        return [_fail("Redis", "refuses the password", "make REDIS_URL or REDIS_PASSWORD agree with the server's")]
    except (RedisError, OSError) as error:
        if os.environ.get("REDIS_URL"):
            return [_fail("Redis", f"not reachable: {error}", "check REDIS_URL and that the server runs")]
        if ROLE() == "worker":
            remedy = "check REDIS_HOST, the private network, and REDIS_BIND and the firewall of the edge"
            return [_fail("Redis", f"not reachable: {error}", remedy)]
        return [_absent("Redis", "our own server is not running", "redis", started=started)]
    finally:
        await client.aclose()


async def _queues(tasks: TaskConfig, client: Redis) -> list[Finding]:
    """What waits in each queue, where Redis or RabbitMQ holds them."""
    waits, findings = queues.waits(tasks, client), []
    try:
        for queue in keys.QUEUES:
            age = (await waits.of(queue)).age
            if age is not None and age > MAX_QUEUE_SECONDS:
                remedy = "start workers (`worker` in the Procfile), or more of them"
                findings.append(_fail(f"queue {queue}", f"the oldest message waits {age:.0f} s", remedy))
            else:
                findings.append(_ok(f"queue {queue}", "nothing waits" if age is None else f"oldest waits {age:.1f} s"))
    except BrokerAwayError as error:
        return [_fail("RabbitMQ", f"not reachable: {error}", "check BROKER_URL and that the server runs")]
    finally:
        await waits.aclose()
    return findings


async def _clock(client: Redis) -> Finding:
    """How far this machine's clock is from that of the Redis server's machine."""
    before = time.time()
    seconds, micros = await client.time()
    off = (before + time.time()) / 2 - (seconds + micros / 1e6)
    if abs(off) > MAX_CLOCK_SECONDS:
        remedy = "timedatectl set-ntp true, on both machines (apt-get install systemd-timesyncd)"
        return _fail("clock", f"{abs(off):.1f} s {'ahead of' if off > 0 else 'behind'} that of Redis's machine", remedy)
    return _ok("clock", "that of Redis's machine")


def _synchronised() -> Finding:
    """Whether something keeps the clock right."""
    if not shutil.which("timedatectl"):
        return Finding("clock synchronisation", State.NOTE, "cannot be told: there is no timedatectl")
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    said = subprocess.run(command, capture_output=True, text=True)
    if said.stdout.strip() == "yes":
        return _ok("clock synchronisation", "on")
    if said.returncode:
        return Finding("clock synchronisation", State.NOTE, "cannot be told: systemd does not run here")
    return _fail("clock synchronisation", "off", "apt-get install systemd-timesyncd && timedatectl set-ntp true")


async def _redis_version(client: Redis) -> Finding:
    try:
        server = await client.info("server")
    except NoPermissionError:
        return _ok("Redis", "answers; what it is, a worker may not ask")
    version = str(server["redis_version"])
    if Path(str(server.get("executable", ""))).is_relative_to(sys.prefix):
        detail = f"version {version} of a Python wheel answers: it lacks the fixes of 2025"
        remedy = "apt-get install redis-tools (or valkey-server), then start again: it is taken by itself"
        return Finding("Redis", State.NOTE, detail, remedy)
    return _ok("Redis", f"version {version} answers")


def _translators(said: Installing) -> Finding:
    """What the installer of one machine has to say of pairs that nothing translates."""
    subject, languages = f"translators on {said.host}", ", ".join(said.languages)
    if not said.languages:
        return _ok(subject, "nothing is missing")
    if said.state == "running":
        return Finding(subject, State.NOTE, f"{said.model} is being installed for {languages}, {said.percent} %")
    by_hand = "`jbcalling models list` names those that can be installed by hand"
    if said.state == "forbidden":
        return _ok(subject, f"none for {languages}: MODELS_AUTO or MODELS_OFFLINE forbids it; {by_hand}")
    reasons = "".join(f"\n      {one.model}: {one.said}" for one in said.hindrances)
    remedy = f"it is tried again by itself; {by_hand}; with MODELS_AUTO=0 it is no fault"
    return _fail(subject, f"none for {languages}{reasons}", remedy)


async def _database(settings: InstallationSettings) -> Finding:
    engine = create_engine(settings.sqlalchemy_url)
    try:
        present = await migrate.present(engine)
    except (SQLAlchemyError, OSError) as error:
        return _fail("database", f"not reachable: {error}", "check DATABASE_URL and that the server runs")
    finally:
        await engine.dispose()
    if present != (wanted := await asyncio.to_thread(migrate.newest)):
        remedy = "systemctl restart jbcalling-web: it migrates" if ROLE() else "start `make run`: it migrates"
        return _fail("database", f"schema is {present or 'missing'}, not {wanted}", remedy)
    return _ok("database", "reachable, schema up to date")


def _monitoring() -> Finding:
    others = ", ".join(MONITORING_FROM()[len(LOOPBACK) :])
    return _ok("monitoring", f"/metrics and /ready answer this machine{f', {others}' if others else ' only'}")


async def examine() -> list[Finding]:
    """All checks that this machine's role asks for, in the order in which a fault would show."""
    settings = InstallationSettings()
    edge, works = ROLE() != "worker", ROLE() != "edge"
    processes, started = await _processes(settings)
    findings = [
        _python(),
        *([_synchronised()] if ROLE() else []),
        *([_node(), _media_worker(), _libopus(), _decoder()] if edge else []),
    ]
    if works:
        findings += [_espeak(), *await asyncio.to_thread(_models)]
    findings += await _redis(settings, started=started)
    if edge:
        findings += [await _database(settings), _monitoring()]
    return findings + processes
