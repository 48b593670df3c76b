"""All rooms of the SFU, kept by what it says of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import msgspec
import structlog

from app.auth.tokens import ORIGINAL, ParticipantMeta
from app.media.bridge.sfu_messages import (
    InterpreterChanged,
    KeepingChanged,
    Participant,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantUpdated,
    ProducerAdded,
    ProducerUntranslated,
    RoomClosed,
    RoomEvent,
    RoomState,
    Spoke,
)
from app.media.policy.config import AdmissionConfig
from app.media.policy.interpreting import Pair
from app.media.policy.room import Room
from tasks.languages import LANGUAGES

log = structlog.get_logger(__name__)


def parse_meta(participant: Participant) -> ParticipantMeta | None:
    """The participant's preferences, or None when they make no sense; web made them, so that is a bug there."""
    try:
        meta = msgspec.convert(participant.meta, ParticipantMeta)
    except msgspec.ValidationError as error:
        log.error("participant with unreadable meta is not translated", id=participant.id, error=str(error))
        return None
    put_right = {meta.mistaken.language} if meta.mistaken else set()
    spoken = {meta.speak, *meta.among, *meta.between} | put_right
    unknown = ({meta.read, meta.hear} | spoken) - LANGUAGES.keys() - {ORIGINAL}
    if unknown or ORIGINAL in spoken | {meta.read}:
        log.error(
            "participant with an unknown language is not translated", id=participant.id, languages=sorted(unknown)
        )
        return None
    return meta


@dataclass
class Rooms:
    """All rooms of the SFU."""

    by_name: dict[str, Room] = field(default_factory=dict)
    silence: float = AdmissionConfig.silence
    """Seconds (`AdmissionConfig`)."""

    def load(self, states: list[RoomState]) -> None:
        """Starts afresh from what the SFU says there is."""
        self.by_name.clear()
        for state in states:
            room = self._room(state.room)
            room.opened = time.monotonic() - state.age
            room.keeping = state.keeping
            if state.speech:
                room.speaking_since = time.monotonic() - state.speech.since
                room.spoke = time.monotonic() - state.speech.last
            for participant in state.participants:
                self._put(room, participant)
            for producer in state.producers:
                room.producers[producer.producer_id] = producer
            for one in state.interpreting:
                self._interpret(room, one.pair, one.participant)

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
            if isinstance(event, KeepingChanged):
                room.keeping = event.keeping
            elif isinstance(event, Spoke):
                room.hear(time.monotonic(), self.silence)
            elif isinstance(event, ParticipantLeft):
                room.remove(event.id)
            elif isinstance(event, ProducerUntranslated):
                room.set_untranslated(event.producer_id, untranslated=event.untranslated)
            elif isinstance(event, InterpreterChanged):
                self._interpret(room, event.pair, event.participant)
            else:
                room.producers.pop(event.producer_id, None)

    def _room(self, name: str) -> Room:
        return self.by_name.setdefault(name, Room(name, opened=time.monotonic()))

    @staticmethod
    def _interpret(room: Room, label: str, person: str | None) -> None:
        try:
            pair = Pair.of(label)
        except ValueError:
            log.error("nobody interprets such a pair", pair=label, room=room.name)
            return
        if unknown := set(pair) - LANGUAGES.keys():
            log.error("languages that are not known are not interpreted", room=room.name, languages=sorted(unknown))
            return
        room.interpret(pair, person)

    @staticmethod
    def _put(room: Room, participant: Participant) -> None:
        meta = parse_meta(participant)
        if meta is None:
            room.remove(participant.id)
        else:
            room.put(participant.id, meta)
