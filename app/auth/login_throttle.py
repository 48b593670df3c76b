"""Slows down whoever guesses passwords: five wrong ones from one address, or twenty for one name, and they wait."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

MAX_FAILURES: Final = 5
"""Wrong passwords that one address may try in `WINDOW`."""
WINDOW: Final = timedelta(minutes=15)
MAX_FAILURES_BY_NAME: Final = 20
"""Wrong passwords that may be tried for one name in `WINDOW`, from wherever they come."""
MAX_CODES_BY_NAME: Final = 20
"""Wrong codes of a second factor that may be tried for one name in `CODES_WINDOW`."""
CODES_WINDOW: Final = timedelta(days=1)
KNOWN_FOR: Final = timedelta(days=30)
"""An address from which somebody has logged in is theirs for so long: a brake on their name holds up others."""


def wait(
    failures: Sequence[datetime], now: datetime, most: int = MAX_FAILURES, window: timedelta = WINDOW
) -> timedelta:
    """How long one with these failures, the newest first, has to wait; zero where they may try."""
    recent = [at for at in failures if now - at < window]
    if len(recent) < most:
        return timedelta(0)
    return recent[most - 1] + window - now


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
