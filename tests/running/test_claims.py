"""What an installation must have for itself: its folder and its ports; who comes second is told so in one line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import ports
from app.ports import TCP, UDP, Claim
from app.settings.web import WebSettings
from app.supervisor import claims, runner
from ops.harness.ports import free_port, free_ports
from ops.harness.stack import ROOT
from ops.harness.web_server import SECRETS

MINE = ("SFU_PORT", "SFU_RTC_PORT", "WEB_PORT", "BRIDGE_PORT", "REDIS_PORT", "WORKER_METRICS_PORT")


@pytest.fixture(autouse=True)
def ports_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, number in zip(MINE, free_ports(len(MINE)), strict=True):
        monkeypatch.setenv(name, str(number))
    for name in ("REDIS_URL", "REDIS_HOST", "REDIS_BIND", "WEB_HOST", "SFU_HOST"):
        monkeypatch.delenv(name, raising=False)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def other(request: pytest.FixtureRequest) -> Iterator[int]:
    """Another program's port: by default one that it shares with whoever asks to share it."""
    family, kind, host = getattr(request, "param", (socket.AF_INET, TCP, "127.0.0.1"))
    with socket.socket(family, kind) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((host, 0))
        if kind is TCP:
            held.listen()
        yield held.getsockname()[1]


def taken(folder: Path) -> str:
    """How a start of the whole installation, with its files in a folder, is refused."""
    command = [sys.executable, "-m", "app.commands.cli", "run"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"JBC_VAR": str(folder)}, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_second_start_from_the_same_folder_says_where_the_first_is(tmp_path: Path) -> None:
    with claims.alone_in(tmp_path, "http://127.0.0.1:8000"):
        said = taken(tmp_path)
    assert said.startswith("Cannot start: JB Calling runs from this folder already: http://127.0.0.1:8000.")
    assert f"`kill {os.getpid()}`" in said
    with claims.alone_in(tmp_path, "http://127.0.0.1:8001"):  # what has ended is in nobody's way
        assert (tmp_path / claims.LOCK).read_text() == f"{os.getpid()} http://127.0.0.1:8001"


@pytest.mark.parametrize("setting", MINE)
def test_a_port_that_another_program_has_ends_the_start_in_one_line(
    setting: str, other: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(setting, str(other))
    wanted = claims.claims(WebSettings(), runner.processes(dict(os.environ)))
    with pytest.raises(ports.TakenError, match=rf"another program has port {other} \({setting}\)\. ") as refused:
        ports.check(wanted)
    (instead,) = [word for word in str(refused.value).split() if word.startswith(f"{setting}=")]
    monkeypatch.setenv(setting, instead.split("=")[1])
    ports.check(claims.claims(WebSettings(), runner.processes(dict(os.environ))))


def test_all_of_them_are_named_at_once_and_nothing_has_been_started(
    other: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_PORT", str(other))
    with socket.create_server(("127.0.0.1", 0)) as second:
        sfu = second.getsockname()[1]
        monkeypatch.setenv("SFU_PORT", str(sfu))
        said = taken(tmp_path)
    assert said.startswith(f"Cannot start: another program has ports {sfu} (SFU_PORT), {other} (WEB_PORT). ")
    assert not (tmp_path / "jbcalling.db").exists()
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize(
    ("other", "claim"),
    [
        ((socket.AF_INET, UDP, "127.0.0.1"), Claim("sfu", "SFU_RTC_PORT", "127.0.0.1", 0, (TCP, UDP))),
        ((socket.AF_INET6, TCP, "::1"), Claim("web", "WEB_PORT", "::1", 0)),
        ((socket.AF_INET, TCP, "127.0.0.1"), Claim("web", "WEB_PORT", "0.0.0.0", 0)),
        ((socket.AF_INET6, TCP, "::1"), Claim("web", "WEB_PORT", "::", 0)),
        ((socket.AF_INET, TCP, "127.0.0.1"), Claim("web", "WEB_PORT", "localhost", 0)),
    ],
    indirect=["other"],
)
def test_every_kind_of_port_and_address(other: int, claim: Claim) -> None:
    claim = Claim(claim.process, claim.setting, claim.host, other, claim.kinds)
    assert f"another program has port {other}" in ports.refused(claim)
    assert ports.refused(Claim(claim.process, claim.setting, claim.host, free_port(), claim.kinds)) == ""


def test_what_is_no_address_of_this_machine_is_said() -> None:
    for host in ("192.0.2.7", "2001:db8::7"):
        said = ports.refused(Claim("web", "WEB_PORT", host, 8000))
        assert said == f"`web` cannot listen on {host} port 8000 (WEB_PORT): Cannot assign requested address."


def test_a_server_of_redis_elsewhere_needs_no_port_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_HOST", "10.0.0.7")
    wanted = claims.claims(WebSettings(), runner.processes(dict(os.environ)))
    assert {claim.process for claim in wanted} == {"sfu", "web", "bridge", "worker"}


def test_the_pages_alone_do_not_share_a_port_unasked(other: int, tmp_path: Path) -> None:
    env = os.environ | {"WEB_PORT": str(other), "JBC_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "app.web"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Cannot start: another program has port {other} (WEB_PORT). "), done.stderr
    assert done.stderr.count("\n") == 1
