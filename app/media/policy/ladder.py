"""The degradation ladder: what a pair of languages can be given now, and why not more. Pure logic.

voice → translated captions → source captions → original audio only. Original audio depends on nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Final, Literal, NamedTuple

from app.media.policy.config import LadderConfig
from tasks.languages.pairs import ALWAYS
from tasks.wire.messages import Heartbeat

Reason = Literal[
    "workers_silent",
    "workers_loading",
    "queue_old",
    "no_stt",
    "no_translation",
    "no_translator",
    "no_voice",
    "stt_off",
    "translation_off",
    "voice_off",
    "draft_only",
    "draft_spoken",
    "broker_gone",
    "busy",
    "busy_translation",
    "busy_voice",
    "hurried",
    "skipped",
]
"""Why a rung is not higher. "no_translator": a worker is missing, and not a model, which every installation has. With
the highest go "draft_spoken", which says what is heard there, and the last two, which a dub reports of itself."""

_OFF: Final[dict[Reason, Reason]] = {
    "no_stt": "stt_off",
    "no_translation": "translation_off",
    "no_translator": "translation_off",
    "no_voice": "voice_off",
}
"""What is missing → the reason where an administrator has switched it off: no model would help then."""


class Level(IntEnum):
    """A rung, higher is better."""

    ORIGINAL = 0
    SOURCE_CAPTIONS = 1
    TRANSLATED_CAPTIONS = 2
    VOICE = 3

    @property
    def label(self) -> str:
        """As it stands in notices and in Redis."""
        return self.name.lower()


class Rung(NamedTuple):
    """Where a pair stands."""

    level: Level
    reason: Reason | None
    """Why it is not higher, or what is to be known of it; None when nothing is wrong."""

    def capped(self, best: Level) -> Rung:
        """The same for somebody who wants no more than `best`: troubles beyond it do not concern them."""
        return self if self.level < best else Rung(best, None)


class Conditions(NamedTuple):
    """What the bridge sees of broker and workers at one moment."""

    broker_ok: bool
    heartbeats: list[Heartbeat]
    """Newest of each worker, `at` in the bridge's own time of noticing."""
    ages: Mapping[str, float | None]
    """Queue → age of its oldest waiting message in seconds, None when it is empty."""


def decide(
    conditions: Conditions,
    now: float,
    source: str,
    target: str,
    config: LadderConfig | None = None,
    *,
    drafts: bool = False,
    typed: bool = False,
) -> Rung:
    """How much of `source` → `target` works at `now`, for somebody who wants `drafts` spoken or does not.

    What is `typed` need not be recognised: those who type and do not speak are read whatever works.
    """
    config = config or LadderConfig()
    if not conditions.broker_ok:
        return Rung(Level.ORIGINAL, "broker_gone")
    alive = [beat for beat in conditions.heartbeats if now - beat.at <= config.silent_after]
    if not alive:
        return Rung(Level.SOURCE_CAPTIONS if typed else Level.ORIGINAL, "workers_silent")

    def trouble(queue: str, service: str, able: Iterable[bool], missing: Reason) -> Reason | None:
        if not any(able):
            if any(f"{queue}:{service}" in beat.off for beat in alive):
                return _OFF[missing]
            return "workers_loading" if any(queue in beat.loading for beat in alive) else missing
        return "queue_old" if (conditions.ages.get(queue) or 0.0) > config.queue_limit else None

    transcribers = ("stt" in beat.queues and source in beat.stt for beat in alive)
    translators = ("translate" in beat.queues and f"{source}>{target}" in beat.translate for beat in alive)
    voices = ("speak" in beat.queues and target in beat.speak for beat in alive)
    untranslated: Reason = "no_translator" if (source, target) in ALWAYS else "no_translation"
    if not typed and (reason := trouble("stt", source, transcribers, "no_stt")):
        return Rung(Level.ORIGINAL, reason)
    if source != target and (reason := trouble("translate", f"{source}>{target}", translators, untranslated)):
        return Rung(Level.SOURCE_CAPTIONS, reason)
    drafted = source != target and not any(_more_than_draft(beat, f"{source}>{target}") for beat in alive)
    if drafted and not drafts:
        return Rung(Level.TRANSLATED_CAPTIONS, "draft_only")
    if reason := trouble("speak", target, voices, "no_voice"):
        return Rung(Level.TRANSLATED_CAPTIONS, reason)
    return Rung(Level.VOICE, "draft_spoken" if drafted else None)


def _more_than_draft(beat: Heartbeat, pair: str) -> bool:
    """Whether a worker translates a pair well enough for it to be spoken to everybody."""
    return "translate" in beat.queues and pair in beat.translate and pair not in beat.drafts


class Ladder:
    """One pair's rung over time: down at once, up only after it has been better for a while."""

    def __init__(self, config: LadderConfig | None = None) -> None:
        self._config = config or LadderConfig()
        self._current: Rung | None = None
        self._better_since: float | None = None

    def update(self, decided: Rung, now: float) -> Rung:
        """The rung to act on, given what `decide` says at `now`."""
        current = self._current
        if current is None or decided.level <= current.level:
            self._current, self._better_since = decided, None
            return decided
        if self._better_since is None:
            self._better_since = now
        if now - self._better_since >= self._config.up_after:
            self._current, self._better_since = decided, None
            return decided
        return current
