"""Who is in a room, which tracks there are, and what somebody wants of whom: pure state."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from msgspec import Struct, structs

from app.auth.tokens import ORIGINAL, ParticipantMeta
from app.media.policy.interpreting import Audience, Interpreting, Pair


class Producer(Struct, frozen=True, rename="camel"):
    """A track into the SFU."""

    producer_id: str
    participant: str
    kind: Literal["audio", "video"]
    track: Literal["original", "dubbed"]
    label: str | None = None
    paused: bool = False
    untranslated: bool = False
    """Whether what is said on it now is for people's ears alone."""


class Keeping(Struct, frozen=True):
    """What is kept of a call."""

    call: str
    """Id of the kept call."""
    since: float
    """When that began, seconds since the epoch."""
    people: list[str] = []
    """Whose voices: those who have agreed."""


class Dub(NamedTuple):
    """A version of somebody's voice, of which there is one track."""

    language: str
    drafts: bool = False
    """Whether drafts are spoken in it: for listeners who want that, beside the version of those who do not."""
    sentences: bool = False
    """Whether a sentence begins only when all of it is there, rather than as soon as possible."""
    typed: bool = False
    """Whether it is what they type, read aloud in the language that they type it in."""

    @property
    def label(self) -> str:
        """What the SFU and the pages call it: "vi", "vi:drafts", "vi:sentences", "vi:drafts:sentences", "vi:typed"."""
        return self.language + ":drafts" * self.drafts + ":sentences" * self.sentences + ":typed" * self.typed


class Wants(NamedTuple):
    """Languages that somebody wants a speaker in, now."""

    dubs: frozenset[Dub]
    """As a dubbed voice; in what the speaker speaks only what is typed, and between people who share a device."""
    captions: frozenset[str]
    """As captions by somebody who may be reading them, the speaker's own language included."""
    soon: frozenset[str] = frozenset()
    """Those in which somebody else follows as soon as possible, with their ears or their eyes."""

    @property
    def hear(self) -> frozenset[str]:
        """The languages of `dubs`."""
        return frozenset(dub.language for dub in self.dubs)


@dataclass
class Room:
    """One room."""

    name: str
    people: dict[str, ParticipantMeta] = field(default_factory=dict)
    """Who is there, with what they speak, read and hear now: who interprets speaks what they interpret into."""
    producers: dict[str, Producer] = field(default_factory=dict)
    opened: float = 0.0
    """When it was opened; this and what follows on the monotonic clock."""
    speaking_since: float | None = None
    """When somebody began to speak after a long silence, or for the first time; None: nobody has yet."""
    spoke: float | None = None
    """When somebody spoke last, to ten seconds or so."""
    voices_of: dict[str, int] = field(default_factory=dict)
    """Number of each person's dubbed voice: the lowest that nobody else in the room has, kept while they stay."""
    typists: dict[str, bool] = field(default_factory=dict)
    """People who have typed something in this call, and whether the last of it was to be spoken."""
    keeping: Keeping | None = None
    interpreting: Interpreting = field(default_factory=Interpreting)
    _otherwise: dict[str, ParticipantMeta] = field(default_factory=dict)
    """What those who interpret now speak, read and hear when they do not."""

    def hear(self, now: float, silence: float) -> None:
        """Takes in that somebody speaks; after `silence` seconds without they begin anew."""
        if self.speaking_since is None or self.spoke is None or now - self.spoke >= silence:
            self.speaking_since = now
        self.spoke = now

    def active_since(self, now: float, silence: float) -> float | None:
        """Since when there is work for it; None where nobody has spoken in the last `silence` seconds.

        A room that has just been opened counts until then as if somebody were about to speak.
        """
        if self.spoke is not None and now - self.spoke < silence:
            return self.speaking_since
        return self.opened if self.spoke is None and now - self.opened < silence else None

    def put(self, person: str, meta: ParticipantMeta) -> None:
        """Takes in somebody, or their changed preferences."""
        self._otherwise.pop(person, None)
        self.people[person] = meta
        if pair := self.interpreting.pair_of(person):
            self._begin(person, pair)
        if person not in self.voices_of:
            taken = set(self.voices_of.values())
            self.voices_of[person] = next(number for number in itertools.count() if number not in taken)

    def remove(self, person: str) -> None:
        """Forgets somebody."""
        self.people.pop(person, None)
        self.voices_of.pop(person, None)
        self.typists.pop(person, None)
        self._otherwise.pop(person, None)
        if pair := self.interpreting.pair_of(person):
            self.interpreting.end(pair)

    def interpret(self, pair: Pair, person: str | None) -> None:
        """Takes in who interprets a pair from now on; None: nobody does."""
        before = self.interpreting.end(pair)
        if before in self._otherwise:
            self.people[before] = self._otherwise.pop(before)
        if person is not None and person in self.people:
            self.interpreting.begin(pair, person)
            self._begin(person, pair)

    def _begin(self, person: str, pair: Pair) -> None:
        meta = self._otherwise.setdefault(person, self.people[person])
        hear = ORIGINAL if meta.hear == pair.target else meta.hear  # they say that themselves
        self.people[person] = structs.replace(meta, speak=pair.target, among=[], between=[], hear=hear)

    def own(self, person: str) -> ParticipantMeta:
        """What somebody who is there speaks, reads and hears when they do not interpret."""
        return self._otherwise.get(person, self.people[person])

    def audience(self, person: str) -> Audience:
        """Whom what somebody says now is for. Several at one microphone are nobody's to interpret but the machine's."""
        meta = self.people[person]
        return self.interpreting.audience(person, "" if meta.among else meta.speak)

    def interpreted_by(self, person: str) -> set[str]:
        """Whose words somebody says now in another language, if they interpret."""
        pair = self.interpreting.pair_of(person)
        if pair is None:
            return set()
        speakers = {producer.participant for producer in self.voices()} - {person}
        return {one for one in speakers if pair.source in (self.people[one].speak, *self.people[one].among)}

    def set_untranslated(self, producer_id: str, *, untranslated: bool) -> None:
        """Takes in whether what is said on a track, if it is there, is for people's ears alone."""
        if producer := self.producers.get(producer_id):
            self.producers[producer_id] = structs.replace(producer, untranslated=untranslated)

    def wants(
        self, speaker: str, meta: ParticipantMeta, *, aloud: bool = False, audience: Audience | None = None
    ) -> Wants:
        """What anybody, the speaker included, wants of what `speaker`, whose preferences are `meta`, says.

        It is for this `audience`; without, for that which they have now.

        A recorded speaker wants nothing. What is typed to be read `aloud` has no original voice: who would listen to
        that hears it in the speaker's language.
        """
        audience = audience or self.audience(speaker)
        spoken = None if meta.among else meta.speak
        between = set(meta.between)
        read = {person.read for person in self.listeners().values()}
        others = self.listeners(besides=speaker).values()
        heard = {Dub(other.hear, other.hear_drafts, other.whole_sentences) for other in others}
        # Those at one device hear each other there: their tracks stay while one of them speaks after the other.
        dubs = {dub for dub in heard if dub.language not in (ORIGINAL, spoken)} | {
            Dub(code, meta.hear_drafts) for code in between
        }
        if aloud and any(other.hear in (ORIGINAL, meta.speak) for other in others):
            dubs.add(Dub(meta.speak, typed=True))
        soon = {language for other in others if not other.whole_sentences for language in (other.read, other.hear)}
        return Wants(
            frozenset(dub for dub in dubs if audience.reaches(dub.language)),
            frozenset(filter(audience.reaches, read | between)),
            frozenset(filter(audience.reaches, (soon | between) - {ORIGINAL, spoken})),
        )

    def listeners(self, besides: str | None = None) -> dict[str, ParticipantMeta]:
        """Those who can read and listen, with their preferences, but for one: recorded speakers cannot."""
        recorded = {person.recording_id for person in self.people.values()}
        return {name: meta for name, meta in self.people.items() if name not in recorded | {besides}}

    def languages(self) -> set[str]:
        """Those that anybody reads or hears."""
        return {code for person in self.people.values() for code in (person.read, person.hear)} - {ORIGINAL}

    def source(self, speaker: str, target: str) -> str:
        """The language `speaker` is translated from into `target`: another of theirs where that is theirs too."""
        meta = self.people[speaker]
        own = [*(meta.among or [meta.speak]), *meta.between]
        return next((code for code in own if code != target), meta.speak)

    def voices(self) -> Iterator[Producer]:
        """The original audio tracks of people whose language is known: never a dubbed one."""
        for producer in self.producers.values():
            if producer.kind == "audio" and producer.track == "original" and producer.participant in self.people:
                yield producer
