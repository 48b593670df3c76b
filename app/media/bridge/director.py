"""Dubbed tracks and notices: acts on what the degradation ladder says about everybody who listens or reads."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import structlog

from app.auth.tokens import ParticipantMeta
from app.media.bridge.dub import DubTrack
from app.media.bridge.floor import Floor
from app.media.bridge.interpreters import Interpreters, silent
from app.media.bridge.listening import Heard, still_heard, told
from app.media.bridge.pieces import Position
from app.media.bridge.publisher import Publisher
from app.media.bridge.services import Services
from app.media.bridge.speech_teller import SpeechTeller
from app.media.bridge.supervisor import Supervisor
from app.media.policy.admission import Admission
from app.media.policy.interpreting import Audience
from app.media.policy.ladder import Conditions, Ladder, Level, Reason, Rung, decide
from app.media.policy.notices import Payload, notices
from app.media.policy.room import Dub, Room
from tasks.wire.messages import ClipEvent, ClipPart, Segment

log = structlog.get_logger(__name__)


class TrackKey(NamedTuple):
    """What there is one dubbed track of."""

    room: str
    speaker: str
    version: Dub


class Languages(NamedTuple):
    """What something is in that somebody says, and what is to be made of it: fields of its `Segment`."""

    language: str
    read: list[str]
    hear: list[str]
    hear_drafts: list[str]
    soon: list[str]
    only: list[str]
    elsewhere: list[str]


class Director:
    """Starts, pauses, resumes and closes the dubbed tracks of one bridge, and says why."""

    def __init__(self, services: Services) -> None:
        self.tracks: Supervisor[TrackKey, DubTrack] = Supervisor()
        self.publisher: Publisher[Payload] = Publisher(
            services.sfu, services.fence, "notice", lambda key, payload: {"key": key, "payload": payload}
        )
        self.speech = SpeechTeller(services.sfu, services.fence)
        self.listening = Publisher(services.sfu, services.fence, "listening", told, Heard.is_as)
        self.floor = Floor()
        self.interpreters = Interpreters(services.config.interpreting, self.floor)
        self._services = services
        self._unheard_since: dict[TrackKey, float] = {}  # on the monotonic clock
        self._ladders: dict[tuple[str, Dub, bool], Ladder] = {}  # by source, version, and whether it is only typed
        self.admission = Admission({}, 0.0, 0.0)
        """As of the last step."""

    def step(self, rooms: Mapping[str, Room], conditions: Conditions, admission: Admission) -> None:
        """Decides every pair's rung in these rooms anew and acts on it."""
        self.admission = admission
        rungs: dict[tuple[str, Dub, bool], Rung] = {}

        def rung_of(source: str, version: Dub, typed: bool) -> Rung:
            if (source, version, typed) not in rungs:
                rungs[source, version, typed] = self._rung(source, version, conditions, typed=typed)
            return rungs[source, version, typed]

        wanted: dict[tuple[str, str], Payload] = {}
        listened_to: set[TrackKey] = set()
        self.interpreters.forget(set(rooms))
        self.floor.forget(set(rooms))
        for room in rooms.values():
            self.interpreters.look(room, time.monotonic())
            room.interpreting.relay(room.languages(), lambda source, target: rung_of(source, Dub(target), typed=False))
            wanted |= {(room.name, key): payload for key, payload in silent(room)}
            voices = {producer.participant for producer in room.voices()}
            for speaker in voices | room.typists.keys():
                typed, aloud = speaker not in voices, room.typists.get(speaker, False)

                def given(source: str, version: Dub, name: str = room.name, typed: bool = typed) -> Rung:
                    return admission.limited(rung_of(source, version, typed), name)

                meta = room.people[speaker]
                wants = room.wants(speaker, meta, aloud=aloud)
                if typed and not aloud:
                    wants = wants._replace(dubs=frozenset())
                troubles = {version: self._trouble(room.name, speaker, version) for version in wants.dubs}
                said = notices(room, speaker, given, troubles, wants)
                wanted |= {(room.name, key): payload for key, payload in said.items()}
                for version in wants.dubs:
                    key = TrackKey(room.name, speaker, version)
                    listened_to.add(key)
                    live = given(room.source(speaker, version.language), version).level is Level.VOICE
                    self._direct(key, live=live, in_turns=bool(meta.between))
        levels = [((source, version.language), rung.level) for (source, version, _), rung in rungs.items()]
        self._services.metrics.rungs(dict(sorted(levels)))  # of two versions the one that is given more
        self.publisher.publish(wanted)
        self._give_way(rooms, listened_to)
        self._retire(rooms, listened_to)
        self._tell_who_listens(rooms)

    def speaks(self, room: str, speaker: str, version: Dub) -> bool:
        """Whether a clip made now would be played: nothing is synthesised that nobody is going to hear."""
        track = self.tracks.members.get(TrackKey(room, speaker, version))
        return track is not None and track.live

    def languages(
        self,
        room: Room,
        speaker: str,
        meta: ParticipantMeta,
        audience: Audience,
        *,
        heard: bool = True,
        aloud: bool = False,
    ) -> Languages:
        """What `speaker` speaks now, and what is to be made of it.

        Args:
            room: where.
            speaker: who, with the preferences `meta`.
            meta: as they are now.
            audience: whom it is for.
            heard: whether it is for those who listen, too, and not only to be read.
            aloud: whether they hear it also in the speaker's own language: it was typed.
        """
        wants = room.wants(speaker, meta, aloud=aloud, audience=audience)
        spoken = set() if meta.among else {meta.speak}
        dubs = [dub for dub in wants.dubs if heard and self.speaks(room.name, speaker, dub)]
        dubbed = {dub.language for dub in dubs} - spoken
        translated = self.admitted(room.name) >= Level.TRANSLATED_CAPTIONS
        read = (wants.captions | dubbed) - spoken if translated else frozenset()
        return Languages(
            language=meta.speak,
            read=sorted(read),
            hear=sorted(dubbed | {dub.language for dub in dubs if dub.typed}),
            hear_drafts=sorted({dub.language for dub in dubs if dub.drafts} - spoken),
            soon=sorted(wants.soon & (read | dubbed)),
            only=sorted(audience.only or ()),
            elsewhere=sorted(audience.elsewhere),
        )

    def admitted(self, room: str) -> Level:
        """The highest level that there is a place for."""
        return self.admission.levels.get(room, Level.VOICE)

    def on_open(self, segment: Segment) -> None:
        """A segment is asked about for the first time: its clips can come while it is being spoken."""
        for language in segment.hear:
            for track in self._tracks(segment, language):
                track.open(segment.seq)

    def on_final(self, segment: Segment) -> None:
        """A closed segment is on its way to the workers: its clips can be expected."""
        for key, track in self.tracks.members.items():
            if (key.room, key.speaker) != (segment.room, segment.speaker):
                continue
            if key.version.language in segment.hear:
                track.expect(segment.seq, segment.timeline.speech_end, typed=segment.typed)
            else:  # its last listener has gone in mid-segment; whoever comes does not wait for the rest
                track.no_clip(Position(segment.seq))

    def on_dropped(self, segment: Segment) -> None:
        """A closed segment never reached the workers."""
        for language in segment.hear:
            for track in self._tracks(segment, language):
                track.no_clip(Position(segment.seq))

    def on_clip(self, event: ClipEvent) -> None:
        """A worker has a clip, or will not have one."""
        if isinstance(event, ClipPart):
            for track in self._tracks(event, event.language):
                track.add(event)
            return
        log.info("clip.none", segment=event.segment, room=event.room, languages=event.languages, reason=event.reason)
        for language in event.languages:
            for track in self._tracks(event, language):
                track.no_clip(Position.of(event), last_piece=event.last_piece, last_sentence=event.last_sentence)

    def stop_all(self) -> None:
        """The SFU is gone, and with it all tracks and notices."""
        self.tracks.stop_all()
        self._unheard_since.clear()
        self._services.metrics.rungs({})
        self.publisher.forget()
        self.listening.forget()

    def _tracks(self, about: Segment | ClipEvent, language: str) -> list[DubTrack]:
        """All versions of somebody in a language, as far as there are any."""
        versions = [Dub(language, drafts, sentences) for drafts in (False, True) for sentences in (False, True)]
        versions.append(Dub(language, typed=True))
        made = [TrackKey(about.room, about.speaker, version) for version in versions]
        return [self.tracks.members[key] for key in made if key in self.tracks.members]

    def _trouble(self, room: str, speaker: str, version: Dub) -> Reason | None:
        track = self.tracks.members.get(TrackKey(room, speaker, version))
        return track.trouble if track else None

    def _rung(self, source: str, version: Dub, conditions: Conditions, *, typed: bool) -> Rung:
        now, config = time.time(), self._services.config.ladder
        ladder = self._ladders.setdefault((source, version, typed), Ladder(config))
        decided = decide(conditions, now, source, version.language, config, drafts=version.drafts, typed=typed)
        return ladder.update(decided, now)

    def _direct(self, key: TrackKey, *, live: bool, in_turns: bool) -> None:
        if live:
            self.tracks.start(key, partial(DubTrack, self._services, *key, self.floor if in_turns else None))
        if track := self.tracks.members.get(key):
            track.set_live(live)

    def _tell_who_listens(self, rooms: Mapping[str, Room]) -> None:
        now = time.time()
        ends = [(key, ends) for key, track in self.tracks.members.items() if (ends := track.ends(now)) is not None]
        self.listening.publish(still_heard(rooms, ends, self.floor))

    def _give_way(self, rooms: Mapping[str, Room], listened_to: set[TrackKey]) -> None:
        """Stops dubs at once into languages that a person interprets into from now on, and those of that person."""
        for key, track in self.tracks.members.items():
            room = rooms.get(key.room)
            if key in listened_to or room is None or key.speaker not in room.people:
                continue
            own = room.interpreting.pair_of(key.speaker)
            if own or not room.audience(key.speaker).reaches(key.version.language):
                track.set_live(False)

    def _retire(self, rooms: Mapping[str, Room], listened_to: set[TrackKey]) -> None:
        """Closes tracks that nobody has listened to for a while, or whose speaker is gone."""
        now = time.monotonic()
        for key in list(self.tracks.members):
            room = rooms.get(key.room)
            # What was typed aloud is still said when the newest line is not to be.
            if key in listened_to or (room and key.speaker in room.typists and self.tracks.members[key].playout.owed):
                self._unheard_since.pop(key, None)
                continue
            since = self._unheard_since.setdefault(key, now)
            gone = room is None or key.speaker not in room.people
            if gone or now - since > self._services.config.playout.grace:
                del self._unheard_since[key]
                self.tracks.stop(key)
