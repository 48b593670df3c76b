"""What the people in a room are told about the ladder, and keeping the SFU's copy of it up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from app.media.bridge.rooms import Room
from app.media.bridge.sfu_client import SfuClient, SfuError, SfuGoneError
from app.media.bridge.sfu_messages import Nothing
from app.media.policy.ladder import Level, Reason, Rung
from tasks.languages.pairs import ALWAYS

Payload = dict[str, Any]
"""level, reason, source, target, speaker, and for a missing translation what to install."""

RETRY: Final = 0.5
"""Seconds before a notice is tried again."""

log = structlog.get_logger(__name__)


def notices(
    room: Room, speaker: str, rung_of: Callable[[str, str], Rung], troubles: Mapping[str, Reason | None] | None = None
) -> dict[str, Payload]:
    """Key → payload of everything to be said about one speaker; `troubles` of the dubs into each language included.

    Listeners are always told where their dub stands, readers only when their captions are affected.
    """
    meta = room.people[speaker]
    source, wants = meta.speak, room.wants(speaker, meta)
    said: dict[str, Payload] = {}
    for target in sorted(wants.hear):
        level, reason = rung_of(source, target)
        rung = Rung(level, reason or (troubles or {}).get(target))
        said[f"dub:{speaker}:{target}"] = _payload(rung, source, target, speaker)
    for target in sorted(wants.captions):
        best = Level.SOURCE_CAPTIONS if target == source else Level.TRANSLATED_CAPTIONS
        rung = rung_of(source, target).capped(best)
        if rung.reason is not None:
            said[f"captions:{speaker}:{target}"] = _payload(rung, source, target, speaker)
    return said


def _payload(rung: Rung, source: str, target: str, speaker: str) -> Payload:
    payload = {
        "level": rung.level.name.lower(),
        "reason": rung.reason,
        "source": source,
        "target": target,
        "speaker": speaker,
    }
    if rung.reason == "no_translation":
        payload["install"] = " ".join(packages(source, target))
    return payload


def packages(source: str, target: str) -> list[str]:
    """Models to install so that a pair is translated, by way of English where it is neither of the two."""
    legs = [(source, target)] if "en" in (source, target) else [(source, "en"), ("en", target)]
    return [f"argos-{one}-{other}" for one, other in legs if (one, other) not in ALWAYS]


class Noticeboard:
    """Brings the SFU's notices to what they should be, newest first to count. Run `run` as a task."""

    def __init__(self, sfu: SfuClient, fence: Callable[[str], int]) -> None:
        self._sfu = sfu
        self._fence = fence
        self._wanted: dict[tuple[str, str], Payload] = {}
        self._sent: dict[tuple[str, str], Payload] = {}
        self._changed = asyncio.Event()

    def want(self, wanted: dict[tuple[str, str], Payload]) -> None:
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
                await asyncio.sleep(RETRY)

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
