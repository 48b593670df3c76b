"""Reconciles what runs (taps, dubbed tracks, recorded speakers) with who is in the rooms and what the ladder allows."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import structlog

from app.media.bridge.director import Director
from app.media.bridge.leases import Leases
from app.media.bridge.recorded_speaker import RecordedSpeaker, recording_path
from app.media.bridge.rooms import Rooms
from app.media.bridge.services import Services
from app.media.bridge.sfu_messages import Bridges, Connected, Disconnected, RoomClosed, SfuEvent, Typed
from app.media.bridge.speakers import Speaker
from app.media.bridge.supervisor import Supervisor
from app.media.bridge.typed_lines import TypedLines
from app.media.bridge.worker_watch import Watch
from app.media.policy import admission
from app.media.policy.room import Producer, Room
from tasks.wire.messages import Segment

log = structlog.get_logger(__name__)


class Reconciler:
    """What runs in one bridge."""

    def __init__(self, services: Services, rooms: Rooms, leases: Leases, watch: Watch) -> None:
        self.speakers: Supervisor[str, Speaker] = Supervisor()
        """By producer."""
        self.director = Director(services)
        self.pool = admission.pool_of([], services.config.admission)
        """What there is to work with, as of the last look."""
        self.typed = TypedLines(services, self.director)
        self._services = services
        self._rooms = rooms
        self._leases = leases
        self._watch = watch
        self._recorded: Supervisor[str, RecordedSpeaker] = Supervisor()
        self._seqs: dict[tuple[str, str], int] = {}  # of the next segment, by room and speaker

    def take(self, event: SfuEvent) -> None:
        """Takes in what the SFU says; `reconcile` acts on it."""
        if isinstance(event, Connected):
            self._rooms.load(event.rooms)
            self._leases.set_bridges(event.bridges)
        elif isinstance(event, Disconnected):
            self.stop_all()
            self._rooms.load([])
            self._leases.forget()
        elif isinstance(event, Bridges):
            self._leases.set_bridges(event.bridges)
        elif isinstance(event, Typed):
            self._type(event)
        else:
            self._rooms.apply(event)
            self._leases.look_now()
            if isinstance(event, RoomClosed):
                self._seqs = {key: seq for key, seq in self._seqs.items() if key[0] != event.room}

    def reconcile(self) -> None:
        """Brings taps, recorded speakers, dubbed tracks and notices in line with the rooms that are ours."""
        rooms = self.served()
        voices = {producer.producer_id: (room, producer) for room in rooms.values() for producer in room.voices()}
        for producer_id in self.speakers.members.keys() - voices.keys():
            self._stop_speaker(producer_id)
        for producer_id, (room, producer) in voices.items():
            self._start_speaker(producer_id, room, producer)
        for name in self._recorded.members.keys() - rooms.keys():
            self._recorded.stop(name)
        for room in rooms.values():
            self._start_recording(room)
        self.direct()

    def served(self) -> dict[str, Room]:
        """The rooms whose lease we hold."""
        rooms = list(self._rooms.by_name.items())  # also read by the thread that answers /health
        return {name: room for name, room in rooms if self._leases.fence(name)}

    def direct(self) -> None:
        """Brings dubbed tracks and notices in line with broker and workers as last seen."""
        rooms, conditions, config = self._rooms.by_name, self._watch.conditions, self._services.config
        told = {name: room for name, room in rooms.items() if self._leases.speaks_for(name)}
        alive = [beat for beat in conditions.heartbeats if time.time() - beat.at <= config.ladder.silent_after]
        self.pool = admission.pool_of(alive, config.admission)
        # Over all rooms, by what the SFU tells all bridges: so each comes to the same without asking the others.
        admitted = admission.admit(rooms, self.pool, config.admission, time.monotonic())
        self.director.step(told, conditions, admitted)

    def _start_speaker(self, producer_id: str, room: Room, producer: Producer) -> None:
        def make() -> Speaker:
            first_seq = self._seqs.get((room.name, producer.participant), 0)
            return Speaker(self._services, room, producer, first_seq, self._on_final, self.director)

        self.speakers.start(producer_id, make)

    def _stop_speaker(self, producer_id: str) -> None:
        self.speakers.members[producer_id].stop_receiving()
        self.speakers.stop(producer_id)

    def _type(self, typed: Typed) -> None:
        """Takes a line, numbered among what its typist says."""
        room = self._rooms.by_name.get(typed.room)
        if room is None or typed.participant not in room.people:
            return
        room.typists[typed.participant] = typed.spoken
        self.direct()  # who listens has a track for it then
        self.typed.take(room, typed, self._give_seq)

    def _give_seq(self, room: str, person: str) -> int:
        speaker = next((one for one in self.speakers.members.values() if one.is_of(room, person)), None)
        seq = speaker.give_seq() if speaker else self._seqs.get((room, person), 0)
        self._seqs[room, person] = max(seq + 1, self._seqs.get((room, person), 0))
        return seq

    def _start_recording(self, room: Room) -> None:
        for meta in room.people.values():
            if not meta.recording or not meta.recording_id or room.name in self._recorded.members:
                continue
            path = recording_path(meta.recording)
            if path is None:
                log.error("there is no such recording", name=meta.recording, room=room.name)
                continue
            make = partial(RecordedSpeaker, self._services, room.name, meta.recording_id, path)
            self._recorded.start(room.name, make)

    def stop_all(self) -> None:
        """Stops everything; the SFU may be gone."""
        for producer_id in list(self.speakers.members):
            self._stop_speaker(producer_id)
        self.director.stop_all()
        self._recorded.stop_all()

    async def wait_stopped(self, timeout: float) -> None:
        """Waits until all that was stopped has ended, `timeout` seconds at most."""
        supervised = (self.speakers, self.director.tracks, self._recorded)
        await asyncio.gather(*(group.wait_stopped(timeout) for group in supervised))

    def _on_final(self, segment: Segment) -> None:
        key = (segment.room, segment.speaker)
        self._seqs[key] = max(segment.seq + 1, self._seqs.get(key, 0))
        self.director.on_final(segment)
