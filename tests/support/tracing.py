"""What a process and its children do to the outside, as the kernel was asked: strace, on the few calls that matter."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

CALLS: Final = (
    "connect", "bind", "sendto", "sendmsg", "sendmmsg",
    "open", "openat", "openat2", "creat",
    "io_uring_setup",
)  # fmt: skip
"""All that names an address to the kernel, or a file to be written; what passes over an open connection does not."""

_ADDRESS: Final = re.compile(r'sin_addr=inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_OPENED: Final = re.compile(r'\b(?:open|openat2?|creat)\((?:[^<",]+<([^>]*)>, )?"([^"]*)"(.*)')
_WRITABLE: Final = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_TMPFILE")
_RING: Final = re.compile(r"io_uring_setup\(\d+, \{flags=(?!0[ ,]|0x10000[ ,]|IORING_SETUP_NO_SQARRAY[ ,])")


def traced(command: str, trace: Path) -> str:
    """The shell command that runs a shell command with its trace in a file.

    The kernel stops the program at `CALLS` alone (`--seccomp-bpf`), so that a call's media hardly notice. Signals to
    the process group reach the program; strace ends when the last of its processes has.
    """
    options = f"-f --seccomp-bpf -qq -y -s 0 -e signal=none -e trace={','.join(CALLS)}"
    return f"exec strace {options} -o {shlex.quote(str(trace))} sh -c {shlex.quote(command)}"


@dataclass
class Trace:
    """What one trace shows."""

    addresses: set[IPv4Address | IPv6Address] = field(default_factory=set)
    """Every address that was connected to, sent to or listened on."""
    written: set[Path] = field(default_factory=set)
    """Every file that was opened to be written or made, still there or not."""
    untraced: list[str] = field(default_factory=list)
    """Rings of io_uring through which calls could pass unseen: all but libuv's, which only ever holds epoll_ctl."""

    @classmethod
    def read(cls, file: Path) -> Trace:
        """Of a file that strace writes, or has written; an attempt counts like a success, but for a failed open."""
        found = cls()
        for line in file.read_text(errors="replace").splitlines():
            found.addresses |= {ip_address(v4 or v6) for v4, v6 in _ADDRESS.findall(line)}
            if (opened := _OPENED.search(line)) and " = -1 " not in line:
                folder, path, flags = opened.groups()
                if "creat(" in line[: opened.end(2)] or _WRITABLE.search(flags):
                    found.written.add(Path(folder or "", path))
            if _RING.search(line):
                found.untraced.append(line)
        return found
