"""A decoder that somebody has taken over: `python -m tests.support.attacker`. Prints what each attempt was answered."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from app import confinement

CALLS: Final = {
    **{"unshare": 272, "mount": 165, "ptrace": 101, "process_vm_readv": 310, "bpf": 321, "io_uring_setup": 425},
    **{"memfd_create": 319, "userfaultfd": 323, "perf_event_open": 298, "keyctl": 250, "clone3": 435, "prlimit64": 302},
}
"""System calls by their number on x86-64."""


def said(attempt: Callable[[], object]) -> str:
    """How an attempt ended: done, or the name of the error."""
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    except MemoryError:
        return "MemoryError"
    return "done"


def call(number: int) -> None:
    """A system call without arguments: whatever is not refused before fails over them, with another error."""
    ctypes.set_errno(0)
    if LIBC.syscall(number, 0, 0, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def forked() -> None:
    """Another process."""
    if os.fork() == 0:
        os._exit(0)


def in_a_thread() -> None:
    """What must go on."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(1))
    thread.start()
    thread.join()
    assert found


LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """The process."""
    from app.speech_api import speech_finder

    assert speech_finder
    parent, own, tries = os.getppid(), os.getpid(), Path(sys.argv[1])
    confinement.limit()
    held = confinement.confine()
    attempts: dict[str, Callable[[], object]] = {
        "a socket to the network": lambda: socket.socket(socket.AF_INET),
        "a socket of the machine": lambda: socket.socket(socket.AF_UNIX),
        "a pair of sockets": socket.socketpair,
        "the parent's environment": Path(f"/proc/{parent}/environ").read_bytes,
        "the parent's memory": Path(f"/proc/{parent}/mem").read_bytes,
        "its own environment": Path(f"/proc/{own}/environ").read_bytes,
        "a file of the system": Path("/etc/passwd").read_bytes,
        "its own code": Path(__file__).read_bytes,
        "a folder": lambda: list(Path("/").iterdir()),
        "a file that it writes": lambda: (tries / "written").write_bytes(b"x"),
        "a process": forked,
        "a program": lambda: os.execv("/bin/true", ["true"]),
        "a program in a process": lambda: subprocess.run(["/bin/true"]),
        "a signal to its parent": lambda: os.kill(parent, 0),
        "root": lambda: os.setuid(0),
        "three gigabytes": lambda: bytearray(3 * 1024**3),
    }
    if os.uname().machine == "x86_64":
        attempts |= {name: lambda number=number: call(number) for name, number in CALLS.items()}  # type: ignore[misc]
    answers = {name: said(attempt) for name, attempt in attempts.items()}
    answers["a thread"] = said(in_a_thread)
    json.dump({"uid": held.uid, "filtered": held.filtered, "environment": dict(os.environ)} | answers, sys.stdout)


if __name__ == "__main__":
    main()
