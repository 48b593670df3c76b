"""Counts what goes on at the same time, per key, over all `web` processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from app.limits.names import Names


class AtOnce:
    """What goes on here, and what others have said goes on there (`app.limits.telling`)."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._here: Counter[str] = Counter()
        self._elsewhere: Counter[str] = Counter()

    @property
    def here(self) -> Mapping[str, int]:
        """Name → how much goes on in this process."""
        return self._here

    def hear(self, others: list[dict[str, int]]) -> None:
        """Take what each of the other processes says of itself for what goes on there."""
        self._elsewhere = Counter()
        for one in others:
            self._elsewhere.update(one)

    def count(self, what: str, who: object) -> int:
        """How much goes on of this key."""
        name = self._names.of(what, who)
        return self._here[name] + self._elsewhere[name]

    def add(self, what: str, who: object) -> None:
        """Count one that begins."""
        self._here[self._names.of(what, who)] += 1

    def remove(self, what: str, who: object) -> None:
        """Count one that has ended."""
        name = self._names.of(what, who)
        self._here[name] -= 1
        if self._here[name] <= 0:
            del self._here[name]

    @contextmanager
    def one(self, what: str, who: object, limit: int) -> Iterator[bool]:
        """Count one for the length of the block, if there is room: the value says whether there was."""
        if self.count(what, who) >= limit:
            yield False
            return
        self.add(what, who)
        try:
            yield True
        finally:
            self.remove(what, who)
