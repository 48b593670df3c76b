"""Who still listens to what somebody has said, so that they know when they have been heard."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from app.auth.tokens import ORIGINAL, ParticipantMeta
from app.media.bridge.floor import Floor
from app.media.policy.room import Dub, Room

SAME_SECONDS: Final = 1.0
"""Seconds by which an end may move before it is told anew."""


class Heard(NamedTuple):
    """Who still listens to what somebody has said."""

    listeners: frozenset[str]
    ends: float | None
    """When the last of them will have heard it, epoch seconds, as far as it can be told: more may come; None where a
    person interprets it."""

    def is_as(self, other: Heard) -> bool:
        """Whether it says nothing new to whoever knows the other."""
        if self.ends is None or other.ends is None:
            return self == other
        return self.listeners == other.listeners and abs(self.ends - other.ends) <= SAME_SECONDS


def told(participant: str, heard: Heard | None) -> dict[str, Any]:
    """What the SFU is told of them, but for the room."""
    listeners = heard.listeners if heard else frozenset()
    ends = heard.ends if heard else None
    return {
        "participant": participant,
        "count": len(listeners),
        "listener": next(iter(listeners)) if len(listeners) == 1 else None,
        "seconds": None if ends is None else round(max(0.0, ends - time.time()), 1),
    }


def still_heard(
    rooms: Mapping[str, Room], dubs: Iterable[tuple[tuple[str, str, Dub], float]], floor: Floor
) -> dict[tuple[str, str], Heard]:
    """Who still listens to those who have finished, by room and speaker: to their dubs, or to a person.

    Args:
        rooms: by name.
        dubs: room, speaker and version of each dub that is not over, and when it will be, epoch seconds.
        floor: who speaks in these rooms.
    """
    found: dict[tuple[str, str], Heard] = {}
    for name, speaker, heard in (*_by_machine(rooms, dubs), *_by_people(rooms.values(), floor)):
        if not heard.listeners or floor.lately(name, speaker):
            continue
        before = found.get((name, speaker), Heard(frozenset(), 0.0))
        ends = None if heard.ends is None or before.ends is None else max(before.ends, heard.ends)
        found[name, speaker] = Heard(before.listeners | heard.listeners, ends)
    return found


def _by_machine(
    rooms: Mapping[str, Room], dubs: Iterable[tuple[tuple[str, str, Dub], float]]
) -> Iterator[tuple[str, str, Heard]]:
    for (name, speaker, version), ends in dubs:
        room = rooms.get(name)
        if room is not None and speaker in room.people:
            others = room.listeners(besides=speaker)
            yield name, speaker, Heard(frozenset(one for one, meta in others.items() if _hears(meta, version)), ends)


def _by_people(rooms: Iterable[Room], floor: Floor) -> Iterator[tuple[str, str, Heard]]:
    """An interpreter who speaks says what the last one said whom they interpret."""
    for room in rooms:
        for pair, person in room.interpreting.on.items():
            if not floor.lately(room.name, person):
                continue
            speaker = floor.last(room.name, room.interpreted_by(person) - set(room.interpreting.on.values()))
            if speaker is not None:
                others = room.listeners(besides=speaker)
                hear = frozenset(one for one, meta in others.items() if meta.hear == pair.target)
                yield room.name, speaker, Heard(hear, None)


def _hears(meta: ParticipantMeta, version: Dub) -> bool:
    if version.typed:
        return meta.hear in (ORIGINAL, version.language)
    return Dub(meta.hear, meta.hear_drafts, meta.whole_sentences) == version
