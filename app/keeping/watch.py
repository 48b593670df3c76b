"""Looks after calls that are being kept: what the SFU says is what the database says, and each ends in time."""

from __future__ import annotations

import asyncio
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.db import Sessions
from app.duty import Duty
from app.keeping.service import KeptCalls
from app.rooms.sfu import Now, SfuDownError, SfuOperator
from app.tables import Ending, KeptCall, Room

LOOK_EVERY: Final = 2.0
"""Seconds between two looks."""
EMPTY_FOR: Final = 20.0
"""Seconds that nobody is in a call before it has ended: an SFU that is started again is back by then."""
DUTY_SECONDS: Final = 5.0
"""Seconds after which another `web` looks, where one has died."""
FREE_BYTES: Final = 1_000_000_000
"""On the disk of a SQLite database: with less nothing more is kept."""

log = structlog.get_logger(__name__)


class KeepingWatch:
    """Run `run` as a task."""

    def __init__(self, sessions: Sessions, sfu: SfuOperator, calls: KeptCalls, duty: Duty, folder: Path | None) -> None:
        """`folder`: where the database lies; None: on another machine, or on a disk that others look after."""
        self._sessions = sessions
        self._sfu = sfu
        self._calls = calls
        self._duty = duty
        self._folder = folder
        self._empty_since: dict[str, float] = {}

    async def run(self) -> None:
        """Look for ever, in one process at a time."""
        # While another process looks, what was seen empty before says nothing of how long it has been.
        await self._duty.look(LOOK_EVERY, self._try_to_look, self._empty_since.clear)

    async def _try_to_look(self) -> None:
        try:
            await self.look()
        except SfuDownError:
            pass  # others say so
        except (SQLAlchemyError, OSError) as error:
            log.warning("kept.not_looked_after", error=type(error).__name__)

    async def look(self) -> None:
        """Compare once.

        Raises:
            SfuDownError: no SFU answers, or one of several does not.
        """
        async with self._sessions() as session:
            query = select(KeptCall, Room).join(Room).where(KeptCall.ended_at.is_(None))
            going = [(call, room) for call, room in await session.execute(query)]
        state = await self._sfu.look()
        kept = {room.code for _, room in going}
        for code, now in state.rooms.items():
            if now.keeping is not None and code not in kept:
                await self._sfu.keep(code, None)
        if not going:
            self._empty_since.clear()
            return
        on, full = await self._calls.on(), await self._full()
        for call, room in going:
            there = state.rooms.get(room.code)
            why = self._over(call, room, there, on=on, full=full)
            if why:
                await self._calls.end(room.code, call, why)
            elif there is not None and there.keeping != (wanted := await self._calls.wanted(call)):
                await self._sfu.keep(room.code, wanted)

    async def _full(self) -> bool:
        if await self._calls.taken() >= self._calls.most:
            return True
        return self._folder is not None and (await asyncio.to_thread(shutil.disk_usage, self._folder)).free < FREE_BYTES

    def _over(self, call: KeptCall, room: Room, now: Now | None, *, on: bool, full: bool) -> Ending | None:
        moment = datetime.now(UTC)
        if room.door(moment) == "closed":
            return "closed"
        if not on:
            return "off"
        if full:
            return "full"
        if call.seconds(moment) > self._calls.longest:
            return "long"
        if now is not None and now.people:
            self._empty_since.pop(call.id, None)
            return None
        since = self._empty_since.setdefault(call.id, time.monotonic())
        return "left" if time.monotonic() - since > EMPTY_FOR else None
