"""Tells the SFU, and by it all bridges, in which rooms somebody speaks: by that calls get their places, and end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from app.media.bridge.sfu_client import SfuClient, SfuError, SfuGoneError
from app.media.bridge.sfu_messages import Nothing

EVERY_SECONDS: Final = 10.0
"""Between two words about one room."""


class SpeechTeller:
    """Run `run` as a task."""

    def __init__(self, sfu: SfuClient, fence: Callable[[str], int]) -> None:
        self._sfu = sfu
        self._fence = fence
        self._told: dict[str, float] = {}
        self._waiting: asyncio.Queue[str] = asyncio.Queue()

    def hear(self, room: str) -> None:
        """Somebody in a room speaks now."""
        now = time.monotonic()
        if now - self._told.get(room, -EVERY_SECONDS) >= EVERY_SECONDS:
            self._told[room] = now
            self._waiting.put_nowait(room)

    async def run(self) -> None:
        """Sends what there is to tell, for ever."""
        while True:
            room = await self._waiting.get()
            self._told = {name: at for name, at in self._told.items() if time.monotonic() - at < EVERY_SECONDS}
            try:
                await self._sfu.request("spoke", {"room": room, "fence": self._fence(room) or None}, Nothing)
            except (SfuError, SfuGoneError):
                self._told.pop(room, None)  # told with the next words
