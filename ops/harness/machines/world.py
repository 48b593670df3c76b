"""What hosts are built in: namespaces in which a program is process 1, so that the kernel ends and removes all with it.

Nothing needs to be tidied up afterwards: processes, links, mounts, firewalls and files go when that program ends, in
whatever way, or when whoever started it does.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Final

PLACE: Final = Path("/media")
"""Where the world's own files are, in memory: a folder that every Debian has, and nobody works in."""
NEEDED: Final = {
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "pivot_root": "util-linux",
    "ip": "iproute2",
    "nft": "nftables",
}
"""Program → the Debian package that brings it."""
KINDS: Final = ("--net", "--mount", "--uts", "--pid", "--fork", "--kill-child")
SBIN: Final = "/usr/sbin:/sbin"
_INSIDE: Final = "JBC_WORLD"
ENDED_BY_TIME: Final = 124
"""Exit status, as that of `timeout`."""


class NoWorldError(RuntimeError):
    """Hosts cannot be built here; the message says what to do."""


def is_inside() -> bool:
    """Whether this process is within a world."""
    return _INSIDE in os.environ


def apart() -> list[str]:
    """The command before a command that is to have namespaces of its own; without root it is root in there alone.

    Raises:
        NoWorldError: this machine or this user may not have any, or a program is missing.
    """
    path = f"{os.environ.get('PATH', '')}:{SBIN}"
    missing = {package for program, package in NEEDED.items() if not shutil.which(program, path=path)}
    if missing:
        raise NoWorldError(f"Programs are missing: apt-get install {' '.join(sorted(missing))}.")
    unshare = [shutil.which("unshare", path=path) or "unshare", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    tried = subprocess.run([*unshare, *KINDS, "--mount-proc", "true"], capture_output=True, text=True)
    if tried.returncode:
        raise NoWorldError(
            f"Hosts are namespaces, and this user may not make any ({tried.stderr.strip()}). Run it as root; or let "
            "users make them: sysctl kernel.unprivileged_userns_clone=1, on Ubuntu also "
            "kernel.apparmor_restrict_unprivileged_userns=0; a container needs --privileged."
        )
    return unshare


def hold(command: Sequence[str], seconds: float, more: Mapping[str, str] | None = None) -> int:
    """Run a Python program (`-m name …`) as the first process of a new world; its exit status.

    It ends after `seconds` at the latest, and at once when this process is asked to end, or dies.

    Raises:
        NoWorldError: there can be none here.
    """
    env = os.environ | (more or {}) | {_INSIDE: "1", "PATH": f"{os.environ.get('PATH', '')}:{SBIN}"}
    program = [*apart(), *KINDS, "--mount-proc", sys.executable, *command]
    with subprocess.Popen(program, stdin=subprocess.PIPE, env=env, start_new_session=True) as world:
        told: list[int] = []

        def end(number: int, _: FrameType | None) -> None:
            told.append(number)
            world.kill()  # and with it its child, by --kill-child

        before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            status = world.wait(seconds)
        except subprocess.TimeoutExpired:
            print(f"Not done after {seconds / 60:.0f} minutes: ended.", file=sys.stderr)
            status = ENDED_BY_TIME
        finally:
            world.kill()
            for number, handler in before.items():
                signal.signal(number, handler)
    return 128 + told[0] if told else status


def enter() -> None:
    """Make this process, the first of a world, end with whoever holds it, and give the world files of its own."""
    threading.Thread(target=_end_with_holder, daemon=True).start()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(PLACE)], check=True)
    for name in ("tmp", "hosts"):
        (PLACE / name).mkdir()
    tempfile.tempdir = os.environ["TMPDIR"] = str(PLACE / "tmp")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def _end_with_holder() -> None:
    """The pipe from the holder ends when it does, even by kill -9."""
    while os.read(0, 1):
        pass
    os._exit(1)
