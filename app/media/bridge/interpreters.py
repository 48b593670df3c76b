"""When the machine interprets in an interpreter's place, since nothing is heard of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import structlog

from app.media.bridge.floor import Floor
from app.media.policy.config import InterpretingConfig
from app.media.policy.interpreting import Pair
from app.media.policy.room import Room

log = structlog.get_logger(__name__)


@dataclass
class _Silence:
    person: str
    looked: float
    unheard: float = 0.0
    """Seconds of speech since they were heard last, or began."""


class Interpreters:
    """Follows, in the rooms of one bridge, whether those who interpret are heard."""

    def __init__(self, config: InterpretingConfig, floor: Floor) -> None:
        self._config = config
        self._floor = floor
        self._silences: dict[tuple[str, Pair], _Silence] = {}

    def look(self, room: Room, now: float) -> None:
        """Decides what the machine leaves to people at `now` (monotonic).

        That is all but where much was said without a word of theirs; their next word brings them back.
        """
        state = room.interpreting
        for key in [key for key in self._silences if key[0] == room.name and key[1] not in state.on]:
            del self._silences[key]
        for pair, person in state.on.items():
            silence = self._silences.get((room.name, pair))
            if silence is None or silence.person != person:
                silence = self._silences[room.name, pair] = _Silence(person, now)
            if self._floor.speaking(room.name, person):
                silence.unheard = 0.0
            elif self._spoken(room, pair):
                silence.unheard += now - silence.looked
            silence.looked = now
        people = {pair for pair in state.on if self._silences[room.name, pair].unheard < self._config.silent_after}
        for pair in people ^ state.now:
            by = "person" if pair in people else "machine"
            log.info("interpreter.now", room=room.name, pair=pair.label, by=by, person=state.on.get(pair))
        state.now = people

    def forget(self, rooms: set[str]) -> None:
        """Only these rooms are ours still."""
        self._silences = {key: silence for key, silence in self._silences.items() if key[0] in rooms}

    def _spoken(self, room: Room, pair: Pair) -> bool:
        """Whether somebody says something now that is to be interpreted."""
        speakers = {producer.participant for producer in room.voices()} - set(room.interpreting.on.values())
        said = {one for one in speakers if room.people[one].speak == pair.source and not room.people[one].among}
        return any(self._floor.speaking(room.name, one) for one in said)


def silent(room: Room) -> Iterator[tuple[str, dict[str, Any]]]:
    """Key and payload of what the people in a room are told of interpreters in whose place the machine interprets."""
    state = room.interpreting
    for pair in state.on.keys() - state.now:
        told = {"level": "voice", "reason": "interpreter_silent", "source": pair.source, "target": pair.target}
        yield f"interpreter:{pair.label}", told | {"speaker": state.on[pair]}
