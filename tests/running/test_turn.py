"""The TURN server of the deploy plan, attacked by a client with good credentials that wants to reach something else."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.commands.cli import main
from app.rooms.ice import turn_credentials
from tests.support.turn import Turn
from tests.support.turn_client import IPV4, IPV6, TCP, UDP, TurnClient

SECRET = "r" * 40
SFU = "127.0.0.2"
SFU6 = "2001:db8:7::1"
FORBIDDEN = 403
OTHERS = ("127.0.0.1", "127.0.0.3", "10.0.0.1", "169.254.169.254", "192.168.1.1", "203.0.113.9", "0.0.0.0")
OTHERS6 = ("::1", "fd00::1", "fe80::1", "2001:db8:7::2", f"::ffff:{SFU}", "::ffff:10.0.0.1", "::")
OWN = (
    "listening-ip",
    "relay-ip",
    "listening-port",
    "tls-listening-port",
    "cert",
    "pkey",
    "realm",
    "static-auth-secret",
    "use-auth-secret",
    "no-cli",
    "syslog",
)
"""Lines of the configuration that are this test's own, or need a certificate."""


def planned(folder: Path) -> Path:
    """The plan of a machine with coturn."""
    words = ["deploy", "turn", "--domain", "turn.example.org", "--address", "203.0.113.7", "--sfu", SFU]
    made = CliRunner().invoke(main, [*words, "--out", str(folder)], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    return folder


def configured(folder: Path) -> tuple[str, ...]:
    """Its lines, and one for an SFU's IPv6 address."""
    text = (planned(folder) / "etc/turnserver.conf").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert not any("#" in line for line in lines), "coturn would take that for part of the value"
    assert f"allowed-peer-ip={SFU}" in lines
    return (*(line for line in lines if line.partition("=")[0] not in OWN), f"allowed-peer-ip={SFU6}")


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Turn]:
    lines = configured(tmp_path_factory.mktemp("plan") / "turn")
    server = Turn(tmp_path_factory.mktemp("turn"), SECRET, lines, ("127.0.0.1", "::1"))
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


@pytest.mark.service
def test_its_firewall_and_its_certificate_are_planned(tmp_path: Path) -> None:
    plan = planned(tmp_path / "turn")
    apart = () if os.geteuid() == 0 else ("unshare", "-rn")
    rules = plan / "etc/nftables.conf"
    subprocess.run([*apart, "/usr/sbin/nft", "--check", "--file", str(rules)], check=True)
    accepted = [line for line in rules.read_text().splitlines() if " accept" in line]
    opened = sorted({(word, port) for line in accepted for word, port in re.findall(r"(tcp|udp) dport (\d+)", line)})
    assert opened == [("tcp", "22"), ("tcp", "3478"), ("tcp", "443"), ("tcp", "80"), ("udp", "3478")]
    hook = plan / "etc/letsencrypt/renewal-hooks/deploy/coturn"
    subprocess.run(["sh", "-n", str(hook)], check=True)
    assert hook.stat().st_mode & 0o777 == 0o755
    assert (plan / "etc/turnserver.conf").stat().st_mode & 0o777 == 0o600, "the secret will be in it"


def test_the_edge_tells_pages_of_it(tmp_path: Path) -> None:
    words = ["deploy", "plan", "--role", "edge", "--domain", "calls.example.org", "--address", "203.0.113.5"]
    made = CliRunner().invoke(main, [*words, "--turn", "turn.example.org", "--out", str(tmp_path)])
    assert made.exit_code == 0, made.output
    settings = (tmp_path / "etc/jbcalling/jbcalling.env").read_text()
    urls = "turn:turn.example.org:3478?transport=udp,turns:turn.example.org:443?transport=tcp"
    assert f'TURN_URLS="{urls}"' in settings
