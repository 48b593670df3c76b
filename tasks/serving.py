"""The engines of this process: loaded after the fork, shared by its threads, renewed when models come or go."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tasks import engine_speed, loading, offers, operator_choices
from tasks.engines import choose
from tasks.engines.base import EngineError, SpeechToText, TextToSpeech, Translator, VoiceCloner
from tasks.engines.choose import Offer
from tasks.models import measured
from tasks.models.spec import ModelError
from tasks.wire import keys
from tasks.wire.administration import Kind
from tasks.wire.environment import TaskConfig, env

logger = logging.getLogger(__name__)

E = TypeVar("E", SpeechToText, Translator, TextToSpeech, VoiceCloner)


@dataclass
class Shelf:
    """What a process has of one kind of engine, and how it chooses among them."""

    offers: list[Offer] = field(default_factory=list)
    """Of the engines that are loaded."""
    preferred: dict[str, str] = field(default_factory=dict)


@dataclass
class Engines:
    """What this process can do. Chooses by `tasks.engines.choose` among what was loaded."""

    stt: dict[str, SpeechToText] = field(default_factory=dict)
    """By name of the offer, as the other three."""
    translators: dict[str, Translator] = field(default_factory=dict)
    voices: dict[str, TextToSpeech] = field(default_factory=dict)
    cloners: dict[str, VoiceCloner] = field(default_factory=dict)
    hearing: Shelf = field(default_factory=Shelf)
    translating: Shelf = field(default_factory=Shelf)
    speaking: Shelf = field(default_factory=Shelf)
    measured: dict[str, float] = field(default_factory=dict)
    """Engine → seconds of work for a second of speech, as measured when it was loaded."""

    def speech_to_text(self, language: str) -> SpeechToText:
        """The engine that transcribes `language`.

        Raises:
            EngineError: there is none here.
        """
        return self.stt[_chosen(self.hearing, language, f"no engine here transcribes {language}").name]

    def translator(self, source: str, target: str) -> Translator:
        """The engine that translates `source` into `target`.

        Raises:
            EngineError: there is none here.
        """
        missing = f"no engine here translates {source} into {target}"
        return self.translators[_chosen(self.translating, f"{source}>{target}", missing).name]

    def speakers(self, language: str, *, late: bool) -> list[TextToSpeech]:
        """The engines that speak `language`, the best first; quick ones come first when speech is `late`.

        Raises:
            EngineError: there is none here.
        """
        usable = [one for one in self.speaking.offers if self.voices[one.name].usable()]
        found = choose.ranked(language, usable, self.speaking.preferred, late=late)
        if not found:
            raise EngineError(f"no voice here speaks {language}")
        return [self.voices[offer.name] for offer in found]

    def voice(self, language: str, *, late: bool) -> TextToSpeech:
        """The first of `speakers`.

        Raises:
            EngineError: there is none here.
        """
        return self.speakers(language, late=late)[0]

    def costs(self) -> dict[str, float]:
        """What each service costs here, as far as it was measured; see `messages.Heartbeat.costs`."""
        chosen = {f"stt:{language}": self.speech_to_text(language).name for language in self.heard()}
        chosen |= {f"translate:{pair}": self.translator(*pair.split(">")).name for pair in self.translated()}
        chosen |= {f"speak:{language}": self.voice(language, late=False).name for language in self.spoken()}
        return {service: self.measured[name] for service, name in chosen.items() if name in self.measured}

    def cloner(self, language: str) -> VoiceCloner:
        """An engine that speaks `language` in the voice of a recording.

        Raises:
            EngineError: there is none here.
        """
        found = next((one for one in self.cloners.values() if language in one.languages), None)
        if found is None:
            raise EngineError(f"no engine here speaks {language} in the voice of a recording")
        return found

    def heard(self) -> list[str]:
        """Languages this process transcribes."""
        return choose.services(self.hearing.offers)

    def translated(self) -> list[str]:
        """Pairs this process translates, as "en>pt"."""
        return choose.services(self.translating.offers)

    def drafted(self) -> list[str]:
        """Pairs that this process can only draft."""
        return [pair for pair in self.translated() if self.translator(*pair.split(">")).draft]

    def spoken(self) -> list[str]:
        """Languages this process speaks."""
        return choose.services(self.speaking.offers)


def _chosen(shelf: Shelf, wanted: str, otherwise: str) -> Offer:
    offer = choose.best(wanted, shelf.offers, shelf.preferred)
    if offer is None:
        raise EngineError(otherwise)
    return offer


_engines: Engines | None = None


def engines() -> Engines:
    """The engines of this process.

    Raises:
        EngineError: it has loaded none; only workers do.
    """
    if _engines is None:
        raise EngineError("this process has loaded no engines: run actors in a worker (`dramatiq tasks.worker`)")
    return _engines


def load(queues: Collection[str], config: TaskConfig) -> Engines:
    """Load and warm up what these queues need, and make it this process's `engines()`; what is loaded is kept.

    Raises:
        ModelError: a queue would have no engine at all; the message says how to get one.
        EngineError: a setting names an engine that cannot be used.
        PreferenceError: TRANSCRIBE_WITH, TRANSLATE_WITH or SPEAK_WITH cannot be understood.
    """
    global _engines
    # Before the numeric libraries are imported: each would otherwise take every core for itself.
    os.environ.setdefault("OMP_NUM_THREADS", str(config.threads))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    before = _engines or Engines()
    now = Engines(measured=before.measured)
    wanted = set(keys.LIVE_QUEUES if keys.BATCH in queues else queues)  # an API may ask for anything
    if "stt" in wanted:
        _load_hearing(now, before, config)
    if "translate" in wanted:
        _load_translating(now, before, config)
    if "speak" in wanted:
        _load_speaking(now, before, config)
    _engines = now
    return now


def unload() -> None:
    """Forget the engines of this process."""
    global _engines
    _engines = None


def _offered(kind: Kind, variable: str, found: list[Offer]) -> tuple[list[Offer], dict[str, str]]:
    """What may be loaded, and what is preferred: by the setting, and before it by administrators."""
    set_here = choose.preferences(env(variable, ""), variable, found)
    known = operator_choices.current()
    return known.allowed(kind, found), set_here | known.preferred(kind)


def _load_hearing(now: Engines, before: Engines, config: TaskConfig) -> None:
    found, preferred = _offered("stt", "TRANSCRIBE_WITH", offers.hearing())
    shelf = _Filling(now.stt, before.stt, lambda offer: loading.speech_to_text(offer, config), now.measured)
    now.hearing = Shelf(shelf.fill(found, preferred), preferred)
    if not now.stt and not operator_choices.current().switched_off("stt"):
        raise ModelError("nothing here transcribes speech: `jbcalling models install whisper-base`")


def _load_translating(now: Engines, before: Engines, config: TaskConfig) -> None:
    found, preferred = _offered("translate", "TRANSLATE_WITH", offers.translating())
    shelf = _Filling(
        now.translators,
        before.translators,
        lambda offer: loading.translator(offer, config, now.translators),
        now.measured,
    )
    now.translating = Shelf(shelf.fill(found, preferred), preferred)
    if not now.translators and not operator_choices.current().switched_off("translate"):
        raise ModelError("nothing here translates: install the project's dependencies anew")


def _load_speaking(now: Engines, before: Engines, config: TaskConfig) -> None:
    found, preferred = _offered("speak", "SPEAK_WITH", offers.speaking())
    shelf = _Filling(now.voices, before.voices, lambda offer: loading.voice(offer, config), now.measured)
    now.speaking = Shelf(shelf.fill(found, preferred, late=True), preferred)
    cloning = _Filling(now.cloners, before.cloners, lambda offer: loading.cloner(offer, config), now.measured)
    cloning.fill(offers.cloning(), {})
    if not now.voices and not operator_choices.current().switched_off("speak"):
        raise ModelError("there is no voice to speak with: install espeak-ng, or `jbcalling models install`")


@dataclass
class _Filling(Generic[E]):
    """Loads the best offer for everything that is served, and the next best where one fails."""

    shelf: dict[str, E]
    before: Mapping[str, E]
    make: Callable[[Offer], E]
    costs: dict[str, float]

    def fill(self, offered: Sequence[Offer], preferred: Mapping[str, str], *, late: bool = False) -> list[Offer]:
        """The offers that are loaded now; with `late` the quickest for everything are among them."""
        usable: list[Offer] = list(offered)
        while failed := self._first_failure(self._needed(usable, preferred, late)):
            usable = _without(failed, usable)
        return [offer for offer in usable if offer.name in self.shelf]

    def _first_failure(self, needed: Sequence[Offer]) -> str | None:
        """Name of the first of these that cannot be loaded; None when all are."""
        return next((one.name for one in needed if one.name not in self.shelf and not self._load(one)), None)

    def _needed(self, usable: Sequence[Offer], preferred: Mapping[str, str], late: bool) -> list[Offer]:
        """What is best for something, the parts of pivots before the pivots."""
        needed: list[Offer] = []
        for wanted in choose.services(usable):
            for hurry in (False, True) if late else (False,):
                offer = choose.best(wanted, usable, preferred, late=hurry)
                if offer is not None:
                    needed += [part for part in usable if part.name in offer.parts] + [offer]
        return needed

    def _load(self, offer: Offer) -> bool:
        if offer.name in self.before:
            self.shelf[offer.name] = self.before[offer.name]
            return True
        try:
            with measured.loading() as seen:
                engine = self.make(offer)
                engine.warm_up()
        except (ModelError, EngineError) as error:
            logger.error("%s is left out: %s", offer.name, error)
            return False
        self.shelf[offer.name] = engine
        logger.info("%s is ready, loaded in %.1f s, +%.0f MB", offer.name, seen.load_s, seen.memory_mb)
        words, cost = engine_speed.of(engine)
        if cost is not None:
            self.costs[engine.name] = cost
        measured.record(offer.name, load_s=seen.load_s, memory_mb=seen.memory_mb, speed=words)
        return True


def _without(name: str, offered: Sequence[Offer]) -> list[Offer]:
    """All but one offer, and those that are made with it."""
    return [offer for offer in offered if name not in (offer.name, *offer.parts)]
