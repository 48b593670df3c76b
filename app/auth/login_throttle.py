"""Slows down whoever guesses passwords: five wrong ones from one address, and it waits."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

MAX_FAILURES: Final = 5
"""Wrong passwords that one address may try in `WINDOW`."""
WINDOW: Final = timedelta(minutes=15)


def wait(failures: Sequence[datetime], now: datetime) -> timedelta:
    """How long an address with these failures, the newest first, has to wait; zero where it may try."""
    recent = [at for at in failures if now - at < WINDOW]
    if len(recent) < MAX_FAILURES:
        return timedelta(0)
    return recent[MAX_FAILURES - 1] + WINDOW - now


def source(address: str) -> str:
    """What counts as one address: of IPv6 the network of a household (/64), since it has its pick among those."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
