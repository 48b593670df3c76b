"""The TURN server of docs/nat.md, attacked by a client with good credentials that wants to reach something else."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.rooms.ice import turn_credentials
from tests.support.turn import Turn
from tests.support.turn_client import IPV4, IPV6, TCP, UDP, TurnClient

DOCS = Path(__file__).resolve().parents[2] / "docs/nat.md"
SECRET = "r" * 40
SFU = "127.0.0.2"
SFU6 = "2001:db8:7::1"
FORBIDDEN = 403
OTHERS = ("127.0.0.1", "127.0.0.3", "10.0.0.1", "169.254.169.254", "192.168.1.1", "203.0.113.9", "0.0.0.0")
OTHERS6 = ("::1", "fd00::1", "fe80::1", "2001:db8:7::2", f"::ffff:{SFU}", "::ffff:10.0.0.1", "::")
OWN = (
    "listening-port",
    "tls-listening-port",
    "cert",
    "pkey",
    "realm",
    "static-auth-secret",
    "use-auth-secret",
    "no-cli",
)
"""Lines of the configuration that are this test's own, or need a certificate."""


def configured() -> tuple[str, ...]:
    """The lines of docs/nat.md, with the SFU's addresses in them."""
    block = re.search(r"^listening-port=3478\n.*?(?=^```)", DOCS.read_text(), re.M | re.S)
    assert block is not None
    lines = [line.strip() for line in block[0].splitlines() if not line.startswith("#")]
    assert not any("#" in line for line in lines), "coturn would take that for part of the value"
    found = []
    for line in lines:
        if line.partition("=")[0] in OWN:
            continue
        wanted = "THE ADDRESS OF THE SFU"
        found += [line.replace(wanted, address) for address in (SFU, SFU6)] if wanted in line else [line]
    assert sum("allowed-peer-ip" in line for line in found) == 2
    return tuple(found)


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Turn]:
    server = Turn(tmp_path_factory.mktemp("turn"), SECRET, configured(), ("127.0.0.1", "::1"))
    yield server
    server.stop()


def client(turn: Turn, lifetime: int = 60) -> closing[TurnClient]:
    """Somebody whose credentials `web` has made."""
    return closing(TurnClient(turn.port, *turn_credentials(SECRET, "ana", int(time.time()) + lifetime)))


@pytest.mark.service
def test_it_relays_to_the_sfu_and_to_nobody_else(turn: Turn) -> None:
    for family, sfu, others in ((IPV4, SFU, OTHERS), (IPV6, SFU6, OTHERS6)):
        with client(turn) as attacker:
            assert attacker.allocate(family=family) == 0
            assert attacker.permit(sfu) == 0
            assert attacker.bind(sfu, 8020) == 0
            for peer in others:
                assert attacker.permit(peer) == FORBIDDEN, peer
                assert attacker.bind(peer, 8020) == FORBIDDEN, peer
            assert attacker.permit(sfu) == 0, "it serves on"


@pytest.mark.service
def test_it_relays_no_tcp(turn: Turn) -> None:
    with client(turn) as attacker:
        assert attacker.allocate(transport=TCP) != 0
        assert attacker.connect(SFU, 8020) != 0
    with client(turn) as attacker:
        assert attacker.allocate(transport=UDP) == 0
        assert attacker.connect(SFU, 8020) != 0, "nor where it has an allocation"


@pytest.mark.service
def test_old_or_wrong_credentials_get_nothing(turn: Turn) -> None:
    with client(turn, lifetime=-1) as late:
        assert late.allocate() == 401
    with closing(TurnClient(turn.port, str(int(time.time()) + 60), "guessed")) as guesser:
        assert guesser.allocate() == 401
