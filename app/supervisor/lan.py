"""What others in the same network need: an address that leads here, and HTTPS for their microphones."""

from __future__ import annotations

import ipaddress
import shutil
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.ports import Claim
from app.running.deploy.plan import caddyfile
from app.settings.web import WebSettings
from tasks.wire.addresses import authority
from tasks.wire.environment import env, host, port

LAN_PORT: Final = port("LAN_PORT", 8443)
"""LAN_PORT: where `jbcalling run --lan` serves HTTPS."""
LAN_HOST: Final = host("LAN_HOST", "")
"""LAN_HOST: the address of this machine by which others find it; empty: the one that it uses itself to reach others."""
PROCESS: Final = "proxy"
_NOBODY: Final = (("192.0.2.1", 9), ("2001:db8::1", 9))
"""Addresses that belong to nobody (RFC 5737, RFC 3849): asked is only which way would lead there, nothing is sent."""


class NoLanError(Exception):
    """Others cannot be served; the message is one line with what to do."""


@dataclass(frozen=True)
class Lan:
    """HTTPS for others in the network."""

    host: str
    port: int
    folder: Path
    """Caddy's files: its configuration and its certificates."""

    @property
    def url(self) -> str:
        """Where browsers find the pages, and the SFU at `/ws`."""
        return f"https://{authority(self.host, self.port)}"

    @property
    def root(self) -> Path:
        """The certificate of the authority that signs for this machine, once Caddy has run."""
        return self.folder / "caddy/pki/authorities/local/root.crt"

    @property
    def claim(self) -> Claim:
        """The port that it needs."""
        return Claim(PROCESS, "LAN_PORT", self.host, self.port)

    @property
    def environment(self) -> dict[str, str]:
        """What the SFU and the pages have to know; what somebody has set themselves stays."""
        wanted = {"SFU_PUBLIC_URL": f"wss://{authority(self.host, self.port)}/ws", "SFU_RTC_IP": self.host}
        return {name: value for name, value in wanted.items() if not env(name, "")}

    def prepare(self, settings: WebSettings) -> str:
        """Write Caddy's configuration; the command that starts it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "Caddyfile"
        ours = {"web_ports": [settings.web_port], "sfu_port": settings.sfu_port}
        config.write_text(
            caddyfile(site=self.url, bind=self.host, local_ca=True, redirects=False, default_sni=self.host, **ours)
        )
        places = " ".join(f'{name}="{self.folder}"' for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"))
        return f'{places} exec caddy run --config "{config}" --adapter caddyfile'


def lan(var_dir: Path) -> Lan:
    """HTTPS for this network, by Caddy.

    Raises:
        NoLanError: Caddy is not installed, or this machine has no address.
    """
    if not shutil.which("caddy"):
        raise NoLanError("HTTPS for others is served by Caddy, which is not installed: `apt-get install caddy`.")
    found = LAN_HOST() or own_address()
    if not found:
        raise NoLanError("this machine has no address in a network: connect it, or name the address with LAN_HOST.")
    return Lan(found, LAN_PORT(), var_dir / "lan")


def own_address() -> str:
    """The address that this machine uses to reach others; empty where it reaches nobody."""
    for family, nobody in zip((socket.AF_INET, socket.AF_INET6), _NOBODY, strict=True):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect(nobody)  # of a datagram socket: chooses the way, and sends nothing
            return str(asked.getsockname()[0])
    return ""


def opened(given: Mapping[str, str]) -> dict[str, str]:
    """With WEB_HOST for others: what lets their signalling and their sound in too; empty where WEB_HOST is loopback.

    Pages that open while the SFU listens on loopback alone would say "connection lost" for ever.

    Raises:
        SettingError: WEB_HOST is none.
    """
    listens = given.get("WEB_HOST", "")
    if not listens or _is_loopback(listens):
        return {}
    reached = listens if not _is_any(listens) else own_address()
    wanted = {"SFU_HOST": listens} | ({"SFU_RTC_IP": reached} if _is_address(reached) else {})
    return {name: value for name, value in wanted.items() if not given.get(name)}


def addresses(settings: WebSettings) -> list[tuple[str, bool]]:
    """The addresses of the pages, and of each whether others in the network reach it; this machine's own first."""
    listens = settings.web_host
    if not _is_any(listens):
        return [(_http(listens, settings.web_port), not _is_loopback(listens))]
    own = own_address()
    return [(_http(settings.web_address, settings.web_port), False)] + (
        [(_http(own, settings.web_port), True)] if own else []
    )


def _http(name: str, number: int) -> str:
    return f"http://{authority(name, number)}"


def _is_address(text: str) -> bool:
    with suppress(ValueError):
        return bool(ipaddress.ip_address(text))
    return False


def _is_any(text: str) -> bool:
    return _is_address(text) and ipaddress.ip_address(text).is_unspecified


def _is_loopback(text: str) -> bool:
    return text == "localhost" or (_is_address(text) and ipaddress.ip_address(text).is_loopback)
