"""Settings that name machines by their addresses."""

from __future__ import annotations

import ipaddress
from typing import Final

from tasks.wire.environment import Setting

LOOPBACK: Final = ("127.0.0.0/8", "::1/128")


def _with_loopback(text: str) -> tuple[str, ...]:
    words = text.replace(",", " ").split()
    if not words or "%" in text:  # an address with the name of an interface is no network
        raise ValueError(text)
    return LOOPBACK + tuple(str(ipaddress.ip_network(word)) for word in words)


TRUSTED_PROXIES: Final[Setting[tuple[str, ...]]] = Setting(
    "TRUSTED_PROXIES", lambda: LOOPBACK, _with_loopback, "proxies as 10.0.0.5 or 172.18.0.0/16, several with commas"
)
MONITORING_FROM: Final[Setting[tuple[str, ...]]] = Setting(
    "MONITORING_FROM", lambda: LOOPBACK, _with_loopback, "addresses as 10.0.0.5 or 10.8.0.0/24, several with commas"
)
