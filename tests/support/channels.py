"""What travels through Redis, for tests: live channels and the caption stream."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis

from tasks.wire import keys
from tasks.wire.messages import Caption, decode


class Listener:
    """Messages of one channel, in order, from the moment it was made."""

    def __init__(self, channel: Any) -> None:  # noqa: ANN401
        self._channel = channel

    def next(self, *, timeout: float = 10) -> bytes:
        """The next message."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            message = self._channel.get_message(ignore_subscribe_messages=True, timeout=deadline - time.monotonic())
            if message:
                data: bytes = message["data"]
                return data
        raise AssertionError(f"no message within {timeout} s")

    def take(self, count: int, *, timeout: float = 10) -> list[bytes]:
        """The next `count` messages."""
        return [self.next(timeout=timeout) for _ in range(count)]

    def until(self, wanted: Callable[[bytes], bool], *, timeout: float = 20) -> list[bytes]:
        """All messages up to and including the first that is `wanted`."""
        seen: list[bytes] = []
        deadline = time.monotonic() + timeout
        while not seen or not wanted(seen[-1]):
            seen.append(self.next(timeout=max(0.01, deadline - time.monotonic())))
        return seen

    def waiting(self) -> list[bytes]:
        """Messages that have arrived; waits for none."""
        found: list[bytes] = []
        while message := self._channel.get_message(ignore_subscribe_messages=True, timeout=0.05):
            found.append(message["data"])
        return found


@contextmanager
def listen(client: redis.Redis, channel: str) -> Iterator[Listener]:
    """A listener that hears everything published within the block."""
    pubsub: Any = client.pubsub()  # type: ignore[no-untyped-call]
    with pubsub:
        pubsub.subscribe(channel)
        assert pubsub.get_message(timeout=5), "Redis did not confirm the subscription"
        yield Listener(pubsub)


def captions(messages: list[bytes]) -> list[Caption]:
    """The captions in messages of a captions channel, without their stream ids."""
    return [decode(message.split(b" ", 1)[1], Caption) for message in messages]


def stream(client: redis.Redis) -> list[tuple[bytes, Caption]]:
    """Id and caption of every entry of the caption stream."""
    entries: Any = client.xrange(keys.CAPTIONS)
    return [(entry_id, decode(fields[b"c"], Caption)) for entry_id, fields in entries]
