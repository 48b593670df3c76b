"""What others in the same network are offered, from what WEB_HOST and this machine say."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from app.settings.web import WebSettings
from app.supervisor import lan
from ops.harness.web_server import SECRETS

LAN = "198.51.100.7"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WEB_HOST", "SFU_HOST", "SFU_RTC_IP", "SFU_PUBLIC_URL", "LAN_HOST", "LAN_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def test_the_address_of_this_machine_is_one_of_its_own() -> None:
    own = lan.own_address()
    if own:  # a machine without a network has none
        with socket.create_server((own, 0), family=socket.AF_INET6 if ":" in own else socket.AF_INET) as server:
            assert server.getsockname()[0] == own


@pytest.mark.parametrize(
    ("given", "added"),
    [
        ({}, {}),
        ({"WEB_HOST": ""}, {}),
        ({"WEB_HOST": "127.0.0.1"}, {}),
        ({"WEB_HOST": "127.0.0.2"}, {}),
        ({"WEB_HOST": "::1"}, {}),
        ({"WEB_HOST": "localhost"}, {}),
        ({"WEB_HOST": "0.0.0.0"}, {"SFU_HOST": "0.0.0.0", "SFU_RTC_IP": LAN}),
        ({"WEB_HOST": "::"}, {"SFU_HOST": "::", "SFU_RTC_IP": LAN}),
        ({"WEB_HOST": "10.0.0.5"}, {"SFU_HOST": "10.0.0.5", "SFU_RTC_IP": "10.0.0.5"}),
        ({"WEB_HOST": "fd00::5"}, {"SFU_HOST": "fd00::5", "SFU_RTC_IP": "fd00::5"}),
        ({"WEB_HOST": "calls.lan"}, {"SFU_HOST": "calls.lan"}),
        ({"WEB_HOST": "0.0.0.0", "SFU_HOST": "127.0.0.1", "SFU_RTC_IP": "10.0.0.9"}, {}),
    ],
)
def test_whoever_opens_the_pages_to_others_opens_signalling_and_sound_with_them(
    given: dict[str, str], added: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lan, "own_address", lambda: LAN)
    assert lan.opened(given) == added


def test_a_machine_without_a_network_keeps_its_sound_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan, "own_address", str)
    assert lan.opened({"WEB_HOST": "0.0.0.0"}) == {"SFU_HOST": "0.0.0.0"}
    with pytest.raises(lan.NoLanError, match="LAN_HOST"):
        lan.lan(Path("var"))


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("127.0.0.1", [("http://127.0.0.1:8000", False)]),
        ("::1", [("http://[::1]:8000", False)]),
        ("0.0.0.0", [("http://127.0.0.1:8000", False), (f"http://{LAN}:8000", True)]),
        ("::", [("http://[::1]:8000", False), (f"http://{LAN}:8000", True)]),
        ("10.0.0.5", [("http://10.0.0.5:8000", True)]),
        ("calls.lan", [("http://calls.lan:8000", True)]),
    ],
)
def test_addresses_are_those_that_lead_here(
    host: str, found: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lan, "own_address", lambda: LAN)
    assert lan.addresses(replace(WebSettings(), web_host=host, web_port=8000)) == found


def test_what_somebody_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    https = lan.Lan("10.0.0.5", 8443, Path("var/lan"))
    assert https.environment == {"SFU_PUBLIC_URL": "wss://10.0.0.5:8443/ws", "SFU_RTC_IP": "10.0.0.5"}
    monkeypatch.setenv("SFU_RTC_IP", "10.0.0.6")
    assert https.environment == {"SFU_PUBLIC_URL": "wss://10.0.0.5:8443/ws"}


def test_without_caddy_it_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(lan.NoLanError, match="apt-get install caddy"):
        lan.lan(tmp_path)
