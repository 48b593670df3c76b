"""Keeps up to date what the SFU has been told of rooms."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

import structlog

from app.media.bridge.sfu_client import SfuClient, SfuError, SfuGoneError
from app.media.bridge.sfu_messages import Nothing

RETRY_SECONDS: Final = 0.5
"""Time before something is tried again."""

log = structlog.get_logger(__name__)

Value = TypeVar("Value")


class Publisher(Generic[Value]):
    """Brings what the SFU has been told, by room and key, to what it should be. Run `run` as a task."""

    def __init__(
        self,
        sfu: SfuClient,
        fence: Callable[[str], int],
        method: str,
        data: Callable[[str, Value | None], dict[str, Any]],
        alike: Callable[[Value, Value], bool] = operator.eq,
    ) -> None:
        """What is told how.

        Args:
            sfu: whom to tell.
            fence: of a room, as `Services.fence`.
            method: of the SFU, that takes one value.
            data: what goes with it beside the room, of a key and its value; None: there is none any more.
            alike: whether a value need not be told in place of another.
        """
        self._sfu = sfu
        self._fence = fence
        self._method = method
        self._data = data
        self._alike = alike
        self._wanted: Mapping[tuple[str, str], Value] = {}
        self._sent: dict[tuple[str, str], Value] = {}
        self._changed = asyncio.Event()

    def publish(self, wanted: Mapping[tuple[str, str], Value]) -> None:
        """All values there should be, by room and key."""
        self._wanted = wanted
        if not all(map(self._is_sent, {**wanted, **self._sent})):
            self._changed.set()

    def forget(self) -> None:
        """The SFU has forgotten everything: the connection was lost."""
        self._sent.clear()

    async def run(self) -> None:
        """Sends what differs, for ever."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                for room, key in {**self._wanted, **self._sent}:
                    await self._send(room, key)
            except SfuGoneError:
                await asyncio.sleep(RETRY_SECONDS)

    def _is_sent(self, at: tuple[str, str]) -> bool:
        value, sent = self._wanted.get(at), self._sent.get(at)
        return value is sent if value is None or sent is None else self._alike(value, sent)

    async def _send(self, room: str, key: str) -> None:
        if self._is_sent((room, key)):
            return
        value = self._wanted.get((room, key))
        # Without a fence where no bridge can hold a lease: people are still to hear why (`Leases.speaks_for`).
        data = {"room": room, "fence": self._fence(room) or None, **self._data(key, value)}
        try:
            await self._sfu.request(self._method, data, Nothing)
        except SfuError as error:
            log.debug("the SFU was not told", method=self._method, room=room, key=key, error=str(error))
            if error.code not in ("not_found", "fenced"):
                return  # tried again with the next change
        if value is None:
            self._sent.pop((room, key), None)
        else:
            self._sent[room, key] = value
