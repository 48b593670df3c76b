"""Which rooms this bridge serves, when there are several bridges: a lease a room in Redis, and a fence at the SFU.

Whoever holds the lease of a room serves it. A lease changes hands when it runs out, when its holder lets go, or at once
when its holder is no longer connected to the SFU. With every change of hands the fence rises; the SFU refuses what a
bridge asks for with a lower one, so that one that was frozen, and does not know yet, cannot talk over its successor.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Final

import redis.asyncio as aioredis
import structlog
from redis.exceptions import RedisError

from app.media.bridge.sfu_client import SfuClient, SfuError, SfuGoneError
from app.media.bridge.sfu_messages import ClaimAnswer
from tasks.wire import keys

LEASE_SECONDS: Final = 5.0
"""Time that a lease lasts after its last renewal: how long the rooms of a frozen bridge go without it. A machine so
busy that a process gets no turn for that long would pass its rooms to and fro if it were shorter."""

ROUND_SECONDS: Final = 0.5
"""Time between two rounds of renewing leases and trying for others."""

DELAY_PER_ROOM_SECONDS: Final = 0.1
"""Time that a bridge lets others go first, for each room it has already: this spreads rooms evenly."""

MAX_DELAY_SECONDS: Final = 0.5
"""For all of them together."""

REDIS_TIMEOUT_SECONDS: Final = 0.8
"""Time that one round may wait for Redis."""

_HOLD: Final = """
local held = redis.call('GET', KEYS[1])
if held then
  local owner, fence = string.match(held, '^(%S+) (%d+)$')
  if owner == ARGV[1] and tonumber(fence) >= tonumber(ARGV[3]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return tonumber(fence)
  end
  if owner ~= ARGV[1] then
    for at = 4, #ARGV do
      if ARGV[at] == owner then return 0 end
    end
  end
end
local now = redis.call('TIME')
local fence = math.max(now[1] * 1000 + math.floor(now[2] / 1000), ARGV[3] + 0, (redis.call('GET', KEYS[2]) or 0) + 1)
redis.call('SET', KEYS[2], string.format('%d', fence), 'EX', FENCE_TTL)
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. string.format('%d', fence), 'PX', ARGV[2])
return fence
""".replace("FENCE_TTL", str(keys.FENCE_TTL))
"""Renews the lease KEYS[1] of bridge ARGV[1], or takes it where nobody among ARGV[4…] holds it; its fence, or 0.

A fence is the time in ms, but always above the room's last one (KEYS[2]) and at least ARGV[3]: so it rises even when
Redis has forgotten everything.
"""

_RELEASE: Final = """
local held = redis.call('GET', KEYS[1])
if held and string.match(held, '^(%S+)') == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""

log = structlog.get_logger(__name__)


class Leases:
    """The leases of one bridge. Run `run` as a task."""

    def __init__(
        self,
        client: aioredis.Redis,
        sfu: SfuClient,
        bridge: str,
        rooms: Callable[[], Iterable[str]],
        on_change: Callable[[], None],
    ) -> None:
        """`rooms` names those that are open; `on_change` is called when one has been won or lost."""
        self._redis = client
        self._sfu = sfu
        self._bridge = bridge
        self._rooms = rooms
        self._on_change = on_change
        self._held: dict[str, int] = {}
        self._least: dict[str, int] = {}  # what the SFU says a fence must be above
        self._seen: dict[str, float] = {}  # when an unheld room could first be tried for, on the monotonic clock
        self._bridges: list[str] = []
        self._away = False
        self._changed = asyncio.Event()

    def fence(self, room: str) -> int:
        """The fence under which this bridge serves the room.

        0: it does not. The SFU refuses that wherever another bridge does.
        """
        return self._held.get(room, 0)

    def speaks_for(self, room: str) -> bool:
        """Whether people in the room hear of the ladder from this bridge, also while nobody can hold a lease."""
        return room in self._held or (self._away and self._bridge == min(self._bridges, default=self._bridge))

    def set_bridges(self, bridges: list[str]) -> None:
        """All bridges that are connected to the SFU have changed."""
        self._bridges = bridges
        self._seen = dict.fromkeys(self._seen, time.monotonic())
        self.look_now()

    def look_now(self) -> None:
        """Rooms or bridges have come or gone: look at once."""
        self._changed.set()

    def forget(self) -> None:
        """The SFU is gone, and with it all rooms."""
        self._held.clear()
        self._seen.clear()

    async def run(self) -> None:
        """Renews, takes and lets go, until cancelled; lets go of everything then."""
        try:
            while True:
                self._changed.clear()
                await self._round()
                try:
                    async with asyncio.timeout(self._pause()):
                        await self._changed.wait()
                except TimeoutError:
                    continue
        finally:
            await self._let_go(self._held)

    def _pause(self) -> float:
        waiting = [max(0.01, at + self._delay() - time.monotonic()) for at in self._seen.values()]
        return min([ROUND_SECONDS, *waiting])

    def _delay(self) -> float:
        alone = self._bridges in ([], [self._bridge])
        return 0.0 if alone else min(MAX_DELAY_SECONDS, DELAY_PER_ROOM_SECONDS * len(self._held))

    async def _round(self) -> None:
        if not self._sfu.connected:
            return
        now, names = time.monotonic(), set(self._rooms())
        before = (dict(self._held), self._away)
        await self._let_go({room: fence for room, fence in self._held.items() if room not in names})
        self._seen = {room: self._seen.get(room, now) for room in names - self._held.keys()}
        for room in list(self._held):
            await self._hold(room)
        for room, since in list(self._seen.items()):
            if now - since >= self._delay():  # which each one that was won has lengthened
                await self._hold(room)
        if before != (self._held, self._away):
            self._on_change()

    async def _hold(self, room: str) -> None:
        fence = await self._lease(room)
        if fence == self._held.get(room, 0):
            if not fence:
                self._seen[room] = time.monotonic() + ROUND_SECONDS  # somebody else has it: look again now and then
            return
        if not fence:
            log.warning("another bridge has taken over one of our rooms", room=room)
            del self._held[room]
            return
        try:
            answer = await self._sfu.request("claim", {"room": room, "fence": fence}, ClaimAnswer)
        except (SfuError, SfuGoneError) as error:
            log.debug("a room cannot be claimed", room=room, error=str(error))
            self._held.pop(room, None)
            return
        self._least[room] = answer.fence + 1
        if answer.fence == fence:
            self._held[room] = fence
            self._seen.pop(room, None)
        else:
            self._held.pop(room, None)

    async def _lease(self, room: str) -> int:
        """The fence of our lease of the room, renewed or new; 0: somebody else has it.

        While Redis is away, what we have stays ours, and one bridge alone takes what there is.
        """
        held, least = self._held.get(room, 0), self._least.get(room, 0)
        arguments: list[str | int] = [self._bridge, int(LEASE_SECONDS * 1000), held or least, *self._bridges]
        try:
            async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
                fence = int(await self._redis.eval(_HOLD, 2, keys.lease(room), keys.fence(room), *arguments))
        except (RedisError, OSError, TimeoutError):
            self._away = True
            alone = self._bridges in ([], [self._bridge])
            return held or (max(least, int(time.time() * 1000)) if alone else 0)
        self._away = False
        return fence

    async def _let_go(self, rooms: dict[str, int]) -> None:
        for room in list(rooms):
            self._held.pop(room, None)
            self._least.pop(room, None)
            try:
                async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
                    await self._redis.eval(_RELEASE, 1, keys.lease(room), self._bridge)
            except (RedisError, OSError, TimeoutError) as error:
                log.debug("a lease was not released and will expire", room=room, error=str(error))
