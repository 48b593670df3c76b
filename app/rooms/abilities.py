"""What this installation can do for somebody who speaks, reads and hears certain languages, now, in their words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.auth.tokens import ORIGINAL
from app.i18n import N_, gettext
from app.i18n.formats import language_name
from app.media.policy.ladder import Conditions, Level, Rung, decide
from app.media.policy.notices import packages
from app.rooms.demos import DEMOS, Demo
from app.rooms.texts import TEXTS
from app.tables import Participant
from tasks.languages import FIRST_LANGUAGES, LANGUAGES
from tasks.wire import keys, queues
from tasks.wire.messages import Heartbeat
from tasks.wire.waiting import Waits

TIMEOUT: Final = 1.0
"""Seconds that one look at Redis may take before Redis counts as gone."""


CAN_HEAR: Final = N_("{source}: you read it in {read} and hear it in {hear}.")
CAN_READ: Final = N_("{source}: you read it in {read} and hear the original voice.")
UNCLEAR: Final = N_(
    "The only {hear} voice here is hardly understood: rely on the captions, or hear the original voice."
)


class Choices(NamedTuple):
    """What somebody wants."""

    speak: str
    read: str
    hear: str
    """A language, or `ORIGINAL`."""
    hear_drafts: bool = False
    """Whether drafts are spoken too."""
    whole_sentences: bool = False
    """Whether translations come by whole sentences rather than as soon as possible."""
    among: tuple[str, ...] = ()
    """The languages of those who share their microphone; empty: they speak `speak`."""

    @classmethod
    def of(cls, person: Participant) -> Choices:
        """What somebody has chosen."""
        among = tuple(person.shared_languages)
        return cls(person.speak, person.read, person.hear, person.hear_drafts, person.whole_sentences, among)


class Ability(NamedTuple):
    """What becomes of one language that others speak."""

    source: str
    complete: bool
    """Whether it is all that is wanted."""
    text: str


class Here(NamedTuple):
    """What works here now, beyond what every form offers."""

    more_languages: list[str]
    """Languages to offer beside the first ones."""
    unclear: list[str]
    """Languages whose only voice here is not understood."""


class Abilities:
    """Asks the workers' heartbeats, as the bridge does, and decides by the same ladder."""

    def __init__(self, redis: Redis, waits: Waits) -> None:
        self._redis = redis
        self._waits = waits

    async def of(self, choices: Choices, others: Sequence[str]) -> list[Ability]:
        """One for each language in `others`; where they are empty, for every language that somebody may bring."""
        conditions, now = await self._look(), time.time()
        offered = [*FIRST_LANGUAGES, *more(conditions.heartbeats)]
        sources = others or [language for language in offered if language != choices.speak]
        return [describe(source, choices, conditions, now) for source in dict.fromkeys(sources)]

    async def demos(self) -> list[Demo]:
        """The demos, beside the one that is always there, that can be read in their other language now."""
        conditions, now = await self._look(), time.time()
        more = [demo for demo in DEMOS.values() if not demo.always]
        return [d for d in more if decide(conditions, now, d.speaks, d.reads).level >= Level.TRANSLATED_CAPTIONS]

    async def here(self) -> Here:
        """What a form of languages must know."""
        beats = (await self._look()).heartbeats
        return Here(more(beats), unclear(beats))

    async def _look(self) -> Conditions:
        try:
            async with asyncio.timeout(TIMEOUT):
                beats = await queues.workers(self._redis)
                ages = {queue: (await self._waits.of(queue)).age for queue in keys.LIVE_QUEUES}
        except (RedisError, OSError, TimeoutError):
            return Conditions(broker_ok=False, heartbeats=[], ages={})
        now = time.time()  # their own clocks may differ; who is silent vanishes within seconds
        return Conditions(True, [msgspec.structs.replace(beat, at=now) for beat in beats], ages)


def describe(source: str, choices: Choices, conditions: Conditions, now: float) -> Ability:
    """What somebody with these choices gets of what is spoken in `source`."""
    best = Level.SOURCE_CAPTIONS if source == choices.read else Level.TRANSLATED_CAPTIONS
    read = decide(conditions, now, source, choices.read).capped(best)
    dubbed = choices.hear not in (ORIGINAL, source)
    hear = Rung(Level.VOICE, None)
    if dubbed:
        hear = decide(conditions, now, source, choices.hear, drafts=choices.hear_drafts)
    wanted = ((hear, choices.hear), (read, choices.read))
    troubles = {rung.reason: _trouble(rung, source, target) for rung, target in wanted}
    troubles.pop(None, None)
    name = language_name(source)
    if troubles:
        return Ability(source, False, " ".join((f"{name}:", *troubles.values())))
    text, language = (CAN_HEAR, choices.hear) if dubbed else (CAN_READ, source)
    names = {"source": name, "read": language_name(choices.read), "hear": language_name(language)}
    words = gettext(text).format_map(names)
    if dubbed and choices.hear in unclear(conditions.heartbeats):
        return Ability(source, False, f"{words} {gettext(UNCLEAR).format_map(names)}")
    return Ability(source, True, words)


def more(heartbeats: Sequence[Heartbeat]) -> list[str]:
    """Languages beside the first ones that some worker translates, in the order of the forms."""
    translated = {language for beat in heartbeats for pair in beat.translate for language in pair.split(">")}
    return [language for language in LANGUAGES if language in translated and language not in FIRST_LANGUAGES]


def unclear(heartbeats: Sequence[Heartbeat]) -> list[str]:
    """Languages that some worker speaks, and none clearly enough to be understood."""
    return sorted(
        {lang for beat in heartbeats for lang in beat.unclear if all(_unclear(lang, one) for one in heartbeats)}
    )


def _unclear(language: str, beat: Heartbeat) -> bool:
    return language in beat.unclear or language not in beat.speak


def _trouble(rung: Rung, source: str, target: str) -> str:
    if rung.reason is None:
        return ""
    names = {
        "source": language_name(source),
        "target": language_name(target),
        "install": " ".join(packages(source, target)),
    }
    return gettext(TEXTS[rung.reason]).format_map(names)
