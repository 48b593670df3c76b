"""How many feeds may be open: of one reader and from one address, whichever `web` has them, and in this one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from app.limits.at_once import AtOnce
from tasks.wire.environment import whole

MAX_FEEDS_PER_PARTICIPANT: Final = 8
"""Open feeds of one participant; a further one ends the oldest: the windows that somebody has forgotten."""
MAX_FEEDS: Final = 7_000
"""Open feeds of one process, whatever FEEDS_TOTAL says: of the connections that `app.web` may have some must be left
for pages, which would hang without an answer otherwise."""
MAX_SETTING: Final = 1_000_000
"""What settings may ask for."""


@dataclass(frozen=True)
class FeedLimits:
    """Open feeds at most; 0 is no limit of its own."""

    per_token: int = field(default_factory=whole("FEEDS_PER_TOKEN", 1_000, 0, MAX_SETTING))
    """FEEDS_PER_TOKEN: with one read-only link, which a whole audience may hold."""
    per_address: int = field(default_factory=whole("FEEDS_PER_ADDRESS", 500, 0, MAX_SETTING))
    """FEEDS_PER_ADDRESS: from one address, behind which a whole school may sit."""
    asked_total: int = field(default_factory=whole("FEEDS_TOTAL", 4_000, 0, MAX_SETTING))
    """FEEDS_TOTAL: of this process, as far as `MAX_FEEDS` goes."""

    @property
    def total(self) -> int:
        """Of this process."""
        return min(self.asked_total or MAX_FEEDS, MAX_FEEDS)


@dataclass(frozen=True)
class Client:
    """Who reads, as far as limits go."""

    address: str
    participant: str = ""
    """Participant's id, or "" where a token opened the feed."""
    token: str = ""
    """The token's id, or "" where the feed is a participant's."""


@dataclass(frozen=True)
class Refusal:
    """Why there is no place."""

    status: int
    limit: str
    """"token", "address" or "total"."""
    advice: str


class FeedCounter:
    """Counts the feeds that are open now."""

    def __init__(self, limits: FeedLimits, at_once: AtOnce) -> None:
        self._limits = limits
        self._at_once = at_once
        self._open = 0

    def refusal(self, client: Client) -> Refusal | None:
        """Why one more feed of this client cannot be opened now; None where it can."""
        limits = self._limits
        if self._open >= limits.total:
            return Refusal(503, "total", "This server has reached its limit of caption readers: try again later.")
        if limits.per_address and self._at_once.count("feeds-from", client.address) >= limits.per_address:
            return Refusal(429, "address", "Too many caption feeds from this address: close some, then try again.")
        if client.token and limits.per_token and self._at_once.count("feeds-by", client.token) >= limits.per_token:
            return Refusal(429, "token", "Too many readers use this link: ask for another one, or try again later.")
        return None

    def add(self, client: Client) -> None:
        """Count a feed that opens."""
        self._open += 1
        self._at_once.add("feeds-from", client.address)
        if client.token:
            self._at_once.add("feeds-by", client.token)

    def remove(self, client: Client) -> None:
        """Count a feed that has ended."""
        self._open -= 1
        self._at_once.remove("feeds-from", client.address)
        if client.token:
            self._at_once.remove("feeds-by", client.token)
