"""What a process that reads strangers' files gives away before the first byte: its user, its files, its network.

Whoever takes over a decoder can then compute, read the input that is there already, and write an answer; nothing else.
`python -m app.confinement` confines itself and says what holds here, in JSON (`jbcalling doctor` asks it).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib
import os
import pkgutil
import resource
import sys
from typing import Final

import msgspec
import seccompy
from msgspec import Struct
from seccompy import Action, ArgCmp, CmpOp, Filter, FilterFlag

MEMORY: Final = 2 * 1024**3
CPU_SECONDS: Final = 1_800
"""Detecting voice costs about 45 ms a second of audio on a busy core: enough for ten hours."""
FILES: Final = 64
NICENESS: Final = 5
NOBODY: Final = 65_534
"""User and group that own nothing, by their number: not every container has the name."""

CALLS: Final = (
    *("read", "readv", "write", "writev", "close", "lseek", "fstat", "fcntl", "dup2", "dup3", "poll", "ppoll"),
    *(
        "select",
        "pselect6",
        "mmap",
        "munmap",
        "mremap",
        "mprotect",
        "madvise",
        "brk",
        "futex",
        "futex_waitv",
        "sched_yield",
    ),
    *("sched_getaffinity", "getcpu", "nanosleep", "clock_nanosleep", "clock_gettime", "clock_getres", "gettimeofday"),
    *("time", "times", "getrusage", "sysinfo", "uname", "getrandom", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn"),
    *("sigaltstack", "restart_syscall", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "membarrier"),
    *("rseq", "set_robust_list", "exit", "exit_group"),
)
"""Every system call that decoding needs once all libraries are loaded; names that a processor lacks are passed over."""
_CLONE_THREAD: Final = 0x00010000
_PR_SET_DUMPABLE: Final = 4


class Confinement(Struct, frozen=True):
    """What holds of this process."""

    uid: int
    filtered: bool
    """Whether the kernel refuses files, network, other processes and new ones (seccomp)."""


def limit() -> None:
    """Limits of memory, time and files: before the libraries are loaded, so that what they take counts."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    os.nice(NICENESS)  # calls come first


def confine() -> Confinement:
    """Give away everything else, for good: after the libraries are loaded, before anything of the input is read.

    Where the kernel has no filter, or a container forbids to set one, the rest still holds.
    """
    for module in pkgutil.walk_packages(av.__path__, "av.") if (av := sys.modules.get("av")) else ():
        if not module.name.endswith("__main__"):  # it loads parts of itself as it meets them
            importlib.import_module(module.name)
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):  # a container may have no such user
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
    unseen()
    try:
        _filter().load()
    except seccompy.SeccompError:
        return Confinement(os.geteuid(), filtered=False)
    return Confinement(os.geteuid(), filtered=True)


def unseen() -> None:
    """Keep memory and environment of this process from others of its user: no ptrace, no /proc/PID/environ, no core."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _filter() -> Filter:
    rules = Filter(Action.ERRNO | errno.EPERM, flags=FilterFlag.TSYNC)
    for name in CALLS:
        with contextlib.suppress(ValueError):
            rules.allow(name)
    # Threads, not processes. The flags of clone3 lie in memory, where no filter looks: libc then takes clone.
    rules.allow("clone", args=[ArgCmp(0, CmpOp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD)])
    rules.errno("clone3", errno.ENOSYS)
    # glibc ends a program that goes wrong by a signal to itself.
    rules.allow("tgkill", args=[ArgCmp(0, CmpOp.EQ, os.getpid())])
    return rules


if __name__ == "__main__":
    limit()
    sys.stdout.buffer.write(msgspec.json.encode(confine()))
