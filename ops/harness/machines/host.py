"""One host: its first process, what runs on it, its cables, and how it dies."""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import psutil

from ops.harness import process_group
from ops.harness.machines import first_process
from ops.harness.machines.world import KINDS, PLACE

ROOT: Final = Path(__file__).resolve().parents[3]
T = TypeVar("T")


@dataclass(frozen=True)
class Cable:
    """Where a host is plugged in."""

    switch: str
    """Name of the network."""
    interface: str
    """What the host calls its end."""
    address: str
    """With the network's width: 10.0.0.2/24."""
    gateway: str = ""
    """Where what is for elsewhere goes."""


def do(*words: str, given: str = "", env: Mapping[str, str] | None = None, folder: Path | None = None) -> str:
    """Run a program to its end; what it prints.

    Raises:
        RuntimeError: it failed; the message has what it said.
    """
    done = subprocess.run(words, input=given, env=env, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def switch(name: str) -> None:
    """A network that hosts can be plugged into."""
    do("ip", "link", "add", "name", name, "type", "bridge")
    do("ip", "link", "set", "dev", name, "up")


class Host:
    """A host that has been switched on. Nothing of it remains when it dies, or when the world ends."""

    def __init__(self, name: str, cables: Iterable[Cable], seen: Iterable[Path] = ()) -> None:
        """`seen`: folders of the machine that it needs, should they lie where a host has its own."""
        self.name = name
        self.cables = tuple(cables)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._seen = [str(path) for path in seen]
        self._inside: Inside | None = None
        self._first: subprocess.Popen[str] | None = None
        self.pid = 0
        """Of its first process."""
        self._switch_on()

    def _switch_on(self) -> None:
        root = PLACE / "hosts" / self.name
        root.mkdir(exist_ok=True)
        own = [sys.executable, "-I", first_process.__file__, self.name, str(root), *self._seen]
        with self.log("first").open("ab") as log:
            self._first = subprocess.Popen(["unshare", *KINDS, *own], stdout=subprocess.PIPE, stderr=log, text=True)
        assert self._first.stdout is not None
        if self._first.stdout.readline() != "ready\n":
            raise RuntimeError(f"{self.name} did not come up: {self.log('first').read_text(errors='replace')}")
        self.pid = psutil.Process(self._first.pid).children()[0].pid
        for cable in self.cables:
            self._plug(cable)

    def _plug(self, cable: Cable) -> None:
        outer = self.outer(cable)
        peer = ["peer", "name", cable.interface, "netns", str(self.pid)]
        do("ip", "link", "add", "name", outer, "type", "veth", *peer)
        do("ip", "link", "set", "dev", outer, "master", cable.switch, "up")
        # A host that comes back has the card that it had: its neighbours remember that.
        card = hashlib.blake2b(outer.encode(), digest_size=5).digest().hex(":")
        self.do("ip", "link", "set", "dev", cable.interface, "address", f"02:{card}")
        self.do("ip", "address", "add", cable.address, "dev", cable.interface)
        self.do("ip", "link", "set", "dev", cable.interface, "up")
        if cable.gateway:
            self.do("ip", "route", "add", "default", "via", cable.gateway)

    def outer(self, cable: Cable) -> str:
        """The name of a cable's other end, at the switch."""
        return f"{self.name[:8]}.{cable.interface}"

    def path(self, place: str) -> Path:
        """A file of the host, as seen from outside."""
        return Path(f"/proc/{self.pid}/root") / place.lstrip("/")

    def words(self, *words: str, network_only: bool = False) -> list[str]:
        """The command that runs a command on the host; or of this machine, but in the host's network."""
        kinds = ["--net"] if network_only else ["--net", "--mount", "--uts", "--pid"]
        return ["nsenter", "--target", str(self.pid), *kinds, "--", *words]

    def do(self, *words: str, given: str = "") -> str:
        """Run a program on the host to its end; what it prints.

        Raises:
            RuntimeError: it failed.
        """
        return do(*self.words(*words), given=given)

    def log(self, name: str) -> Path:
        """Where a process's output goes."""
        return PLACE / "hosts" / f"{self.name}.{name}.log"

    def start(self, name: str, command: str, env: Mapping[str, str], folder: Path = ROOT) -> None:
        """Start a process on the host."""
        line = f"cd {shlex.quote(str(folder))} && exec {command}"
        with self.log(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.words("sh", "-c", line), env=env, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """End a process with kill -9."""
        process = self.running.pop(name)
        own = psutil.Process(process.pid).children(recursive=True)
        process_group.kill(process)
        for child in own:
            # Its parent was not of the host, and so it is left to the first process of the world, which this is: until
            # it has been waited for, it seems to be running there.
            with suppress(ChildProcessError):
                os.waitpid(child.pid, 0)

    def stop(self, name: str, within: float = 20.0) -> None:
        """Ask a process to end, and wait for it."""
        process = self.running.pop(name)
        for child in psutil.Process(process.pid).children():
            child.terminate()
        process.wait(within)

    def ended(self) -> list[str]:
        """What has been started, not ended by us, and runs no more."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def inside(self) -> Inside:
        """Where connections are made from this host."""
        if self._inside is None:
            self._inside = Inside(self.pid)
        return self._inside

    def cut(self) -> None:
        """Pull all of its cables: from now on it is silent, and hears nothing."""
        for cable in self.cables:
            do("ip", "link", "set", "dev", self.outer(cable), "down")

    def mend(self) -> None:
        """Plug them in again."""
        for cable in self.cables:
            do("ip", "link", "set", "dev", self.outer(cable), "up")

    def die(self) -> None:
        """Lose power: its cables are dead at once, so that nobody is told, and all of its processes are gone."""
        self.cut()
        assert self._first is not None
        os.kill(self.pid, signal.SIGKILL)
        self._first.wait()
        for process in self.running.values():
            process.wait()
        self.running.clear()
        if self._inside is not None:
            self._inside.close()
            self._inside = None
        for cable in self.cables:
            with suppress(RuntimeError):  # the kernel may have come first: it goes with the host's network
                do("ip", "link", "delete", "dev", self.outer(cable))

    def revive(self) -> None:
        """Switch it on again, as it came from the factory."""
        self._switch_on()

    def crossed(self) -> dict[str, tuple[int, int]]:
        """Interface → bytes that came in and went out by it so far, as the kernel counts them."""
        found = {}
        for link in json.loads(self.do("ip", "-s", "-j", "link", "show")):
            counted = link["stats64"]
            found[link["ifname"]] = (counted["rx"]["bytes"], counted["tx"]["bytes"])
        return found


class Inside:
    """An event loop whose connections are made from a host: its thread, alone of this process, is in its network."""

    def __init__(self, pid: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._entered = threading.Event()
        self._failed = 0
        self._thread = threading.Thread(target=self._run, args=(pid,), daemon=True)
        self._thread.start()
        self._entered.wait()
        if self._failed:
            raise OSError(self._failed, f"cannot enter the network of process {pid}")

    def _run(self, pid: int) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
        self._failed = ctypes.get_errno() if libc.setns(network, 0) else 0
        os.close(network)
        self._entered.set()
        if not self._failed:
            self._loop.run_forever()

    def begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        """Run something there; cancelled with the future."""
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something there to its end; what it returns."""
        return await self.begin(work)

    def close(self) -> None:
        """End the loop; what runs there is left where it is."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
