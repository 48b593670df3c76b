"""Ports that a process of ours listens on: whether they can be had, and what to say where they cannot."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

TCP: Final = socket.SOCK_STREAM
UDP: Final = socket.SOCK_DGRAM


class TakenError(Exception):
    """Something that this installation needs belongs to another; the message is one line with what to do."""


@dataclass(frozen=True)
class Claim:
    """A port that a process of the Procfile listens on."""

    process: str
    setting: str
    """The environment variable that says which port."""
    host: str
    port: int
    kinds: tuple[socket.SocketKind, ...] = (TCP,)

    @property
    def words(self) -> str:
        """For people."""
        return f"{self.port} ({self.setting})"


def check(wanted: list[Claim]) -> None:
    """See that every port can be had.

    Raises:
        TakenError: some cannot; says all that another program has, or the first that cannot be had for another reason.
    """
    taken: dict[str, Claim] = {}
    with ExitStack() as bound:
        for claim in wanted:
            if (reason := _refusal(claim, bound)) == errno.EADDRINUSE:
                taken[claim.setting] = claim
            elif reason:
                raise TakenError(
                    f"`{claim.process}` cannot listen on {claim.host} port {claim.words}: {os.strerror(reason)}."
                )
    if taken:
        ports = ", ".join(claim.words for claim in taken.values())
        instead = " ".join(f"{setting}={number}" for setting, number in _free(taken, wanted).items())
        raise TakenError(
            f"another program has port{'s' * (len(taken) > 1)} {ports}. Stop it (`ss -lntup` names it), or choose "
            f"others: {instead} make run"
        )


def refused(claim: Claim) -> str:
    """Why a port cannot be had, in one line; empty where it can."""
    try:
        check([claim])
    except TakenError as error:
        return str(error)
    return ""


def _refusal(claim: Claim, bound: ExitStack) -> int:
    """The errno with which the system refuses a port, else 0; the sockets stay bound, so that no port is given twice.

    A server of ours shares its port with others of its kind (SO_REUSEPORT), so that it would start beside another and
    each get some of the requests: without that option the system tells.
    """
    for kind in claim.kinds:
        try:
            ((family, _, _, _, address), *_) = socket.getaddrinfo(claim.host, claim.port, type=kind)
        except socket.gaierror:
            return errno.EADDRNOTAVAIL
        one = bound.enter_context(socket.socket(family, kind))
        if kind is TCP:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what has just been closed does not count
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            one.bind(address)
            if kind is TCP:
                one.listen()
        except OSError as error:
            return error.errno or errno.EINVAL
    return 0


def _free(taken: dict[str, Claim], wanted: list[Claim]) -> dict[str, int]:
    """For each setting a port that can be had and that nothing else of this installation wants."""
    found: dict[str, int] = {}
    for setting, claim in taken.items():
        used = {other.port for other in wanted} | set(found.values())
        for number in range(claim.port + 1, 65_536):
            with ExitStack() as bound:
                other = Claim(claim.process, setting, claim.host, number, claim.kinds)
                if number not in used and not _refusal(other, bound):
                    found[setting] = number
                    break
    return found
