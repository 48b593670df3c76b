"""Keeps the SFU's copy of the notices up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from app.media.bridge.sfu_client import SfuClient, SfuError, SfuGoneError
from app.media.bridge.sfu_messages import Nothing
from app.media.policy.notices import Payload

RETRY_SECONDS: Final = 0.5
"""Time before a notice is tried again."""

log = structlog.get_logger(__name__)


class NoticePublisher:
    """Brings the SFU's notices to what they should be, newest first to count. Run `run` as a task."""

    def __init__(self, sfu: SfuClient, fence: Callable[[str], int]) -> None:
        self._sfu = sfu
        self._fence = fence
        self._wanted: dict[tuple[str, str], Payload] = {}
        self._sent: dict[tuple[str, str], Payload] = {}
        self._changed = asyncio.Event()

    def publish(self, wanted: dict[tuple[str, str], Payload]) -> None:
        """All notices there should be, by room and key."""
        self._wanted = wanted
        if wanted != self._sent:
            self._changed.set()

    def forget(self) -> None:
        """The SFU has forgotten all notices: the connection was lost."""
        self._sent.clear()

    async def run(self) -> None:
        """Sends what differs, for ever."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._send_differences()
            except SfuGoneError:
                await asyncio.sleep(RETRY_SECONDS)

    async def _send_differences(self) -> None:
        for room, key in [*self._wanted, *self._sent]:
            payload = self._wanted.get((room, key))
            if payload == self._sent.get((room, key)):
                continue
            # Without a fence where no bridge can hold a lease: people are still to hear why (`Leases.speaks_for`).
            data = {"room": room, "key": key, "payload": payload, "fence": self._fence(room) or None}
            try:
                await self._sfu.request("notice", data, Nothing)
            except SfuError as error:
                log.debug("a notice was refused", room=room, key=key, error=str(error))
                if error.code not in ("not_found", "fenced"):
                    continue  # tried again with the next change
            if payload is None:
                self._sent.pop((room, key), None)
            else:
                self._sent[room, key] = payload
