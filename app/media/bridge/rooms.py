"""Who is in which room, which tracks there are, and what somebody wants of whom: pure state."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import structlog

from app.auth.tokens import ORIGINAL, ParticipantMeta
from app.media.bridge.sfu_messages import (
    Participant,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantUpdated,
    Producer,
    ProducerAdded,
    RoomClosed,
    RoomEvent,
    RoomState,
)
from tasks.languages import LANGUAGES

log = structlog.get_logger(__name__)


class Wants(NamedTuple):
    """Languages that somebody wants a speaker in, now."""

    hear: frozenset[str]
    """As a dubbed voice; never the speaker's own."""
    captions: frozenset[str]
    """As captions by somebody who may be reading them, the speaker's own language included."""


def parse_meta(participant: Participant) -> ParticipantMeta | None:
    """The participant's preferences, or None when they make no sense; web made them, so that is a bug there."""
    try:
        meta = msgspec.convert(participant.meta, ParticipantMeta)
    except msgspec.ValidationError as error:
        log.error("participant with unreadable meta is not translated", id=participant.id, error=str(error))
        return None
    unknown = {meta.speak, meta.read, meta.hear} - LANGUAGES.keys() - {ORIGINAL}
    if unknown or ORIGINAL in (meta.speak, meta.read):
        log.error(
            "participant with an unknown language is not translated", id=participant.id, languages=sorted(unknown)
        )
        return None
    return meta


@dataclass
class Room:
    """One room."""

    name: str
    people: dict[str, ParticipantMeta] = field(default_factory=dict)
    producers: dict[str, Producer] = field(default_factory=dict)
    voices_of: dict[str, int] = field(default_factory=dict)
    """Number of each person's dubbed voice: the lowest that nobody else in the room has, kept while they stay."""

    def seat(self, person: str, meta: ParticipantMeta) -> None:
        """Takes in somebody, or their changed preferences."""
        self.people[person] = meta
        if person not in self.voices_of:
            taken = set(self.voices_of.values())
            self.voices_of[person] = next(number for number in itertools.count() if number not in taken)

    def unseat(self, person: str) -> None:
        """Forgets somebody."""
        self.people.pop(person, None)
        self.voices_of.pop(person, None)

    def wants(self, speaker: str, meta: ParticipantMeta) -> Wants:
        """What anybody, the speaker included, wants of what `speaker`, whose preferences are `meta`, says.

        A recorded speaker wants nothing.
        """
        spoken = meta.speak
        recorded = {person.recording_id for person in self.people.values()}
        read = {person.read for name, person in self.people.items() if name not in recorded}
        heard = {meta.hear for person, meta in self.people.items() if person != speaker}
        heard -= {ORIGINAL, spoken}
        return Wants(frozenset(heard), frozenset(read))

    def voices(self) -> Iterator[Producer]:
        """The original audio tracks of people whose language is known: never a dubbed one."""
        for producer in self.producers.values():
            if producer.kind == "audio" and producer.track == "original" and producer.participant in self.people:
                yield producer


@dataclass
class Rooms:
    """All rooms of the SFU."""

    by_name: dict[str, Room] = field(default_factory=dict)

    def load(self, states: list[RoomState]) -> None:
        """Starts afresh from what the SFU says there is."""
        self.by_name.clear()
        for state in states:
            room = self._room(state.room)
            for participant in state.participants:
                self._put(room, participant)
            for producer in state.producers:
                room.producers[producer.producer_id] = producer

    def apply(self, event: RoomEvent) -> None:
        """Takes one change in; the same change twice is harmless."""
        if isinstance(event, RoomClosed):
            self.by_name.pop(event.room, None)
            return
        if isinstance(event, ParticipantJoined | ParticipantUpdated):
            self._put(self._room(event.room), event)
        elif isinstance(event, ProducerAdded):
            self._room(event.room).producers[event.producer_id] = event
        elif room := self.by_name.get(event.room):
            if isinstance(event, ParticipantLeft):
                room.unseat(event.id)
            else:
                room.producers.pop(event.producer_id, None)

    def _room(self, name: str) -> Room:
        return self.by_name.setdefault(name, Room(name))

    @staticmethod
    def _put(room: Room, participant: Participant) -> None:
        meta = parse_meta(participant)
        if meta is None:
            room.unseat(participant.id)
        else:
            room.seat(participant.id, meta)
