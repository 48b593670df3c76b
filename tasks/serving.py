"""The engines of this process: loaded after the fork, shared by its threads, renewed when models come or go."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from tasks import loading, offers, operator_choices
from tasks.engines import choose
from tasks.engines.base import EngineError, SpeechToText, TextToSpeech, Translator, VoiceCloner
from tasks.engines.kinds import Kind
from tasks.engines.listening import ListeningRecogniser
from tasks.engines.listing import ENGINES
from tasks.loading import Loader
from tasks.models.spec import ModelError
from tasks.shelf import E, Shelf
from tasks.wire import keys
from tasks.wire.environment import TaskConfig, env

_MISSING: Final = {
    Kind.STT: "nothing here transcribes speech: `jbcalling models install whisper-base`",
    Kind.TRANSLATION: "nothing here translates: `jbcalling models install bergamot-en-pt`",
    Kind.TTS: "there is no voice to speak with: install espeak-ng, or `jbcalling models install`",
}


@dataclass
class Engines:
    """What this process can do."""

    stt: Shelf[SpeechToText] = field(default_factory=Shelf)
    translation: Shelf[Translator] = field(default_factory=Shelf)
    tts: Shelf[TextToSpeech] = field(default_factory=Shelf)
    cloners: Shelf[VoiceCloner] = field(default_factory=Shelf)
    off: list[str] = field(default_factory=list)
    """What administrators have switched off; see `messages.Heartbeat.off`."""
    measured: dict[str, float] = field(default_factory=dict)
    """Engine → seconds of work for a second of speech, as measured when it was loaded."""

    def stt_for(self, language: str) -> SpeechToText:
        """The engine that transcribes `language`.

        Raises:
            EngineError: there is none here.
        """
        return _ranked(self.stt, language, f"no engine here transcribes {language}")[0]

    def listener_for(self, language: str) -> ListeningRecogniser:
        """The engine that transcribes `language`, which hears it as a stream.

        Raises:
            EngineError: the engine of that language does not.
        """
        engine = self.stt_for(language)
        if not isinstance(engine, ListeningRecogniser) or language not in engine.streamed:
            raise EngineError(f"{engine.name} does not hear {language} as a stream")
        return engine

    def streams(self) -> list[str]:
        """The languages that are heard as streams here."""
        best = [(language, self.stt_for(language)) for language in self.stt.services()]
        return [code for code, engine in best if isinstance(engine, ListeningRecogniser) and code in engine.streamed]

    def identifier(self) -> SpeechToText:
        """The engine that tells which language is spoken: the one that knows most of them.

        Raises:
            EngineError: none here transcribes.
        """
        best = [self.stt_for(language) for language in self.stt.services()]
        if not best:
            raise EngineError("no engine here transcribes")
        return max(best, key=lambda engine: len(engine.languages))

    def translation_for(self, source: str, target: str) -> Translator:
        """The engine that translates `source` into `target`.

        Raises:
            EngineError: there is none here.
        """
        return _ranked(self.translation, f"{source}>{target}", f"no engine here translates {source} into {target}")[0]

    def tts_for(self, language: str, *, late: bool) -> list[TextToSpeech]:
        """The engines that speak `language`, the best first; quick ones come first when speech is `late`.

        Raises:
            EngineError: there is none here.
        """
        return _ranked(self.tts, language, f"no voice here speaks {language}", late=late)

    def cloner_for(self, language: str) -> VoiceCloner:
        """An engine that speaks `language` in the voice of a recording.

        Raises:
            EngineError: there is none here.
        """
        found = next((engine for engine in self.cloners.loaded.values() if language in engine.languages), None)
        if found is None:
            raise EngineError(f"no engine here speaks {language} in the voice of a recording")
        return found

    def unclear(self) -> list[str]:
        """Languages in which the best voice of this process is not understood."""
        best = {language: self.tts_for(language, late=False)[0] for language in self.tts.services()}
        return [language for language, voice in best.items() if language in voice.unclear]

    def drafts(self) -> list[str]:
        """Pairs, as "en>pt", that this process can only draft."""
        return [pair for pair in self.translation.services() if self.translation_for(*pair.split(">")).draft]

    def costs(self) -> dict[str, float]:
        """What each service costs here, as far as it was measured; see `messages.Heartbeat.costs`."""
        found: dict[str, float] = {}
        for kind, shelf in ((Kind.STT, self.stt), (Kind.TRANSLATION, self.translation), (Kind.TTS, self.tts)):
            for wanted in shelf.services():
                name = next((engine.name for engine in shelf.ranked(wanted)), "")
                if name in self.measured:
                    found[f"{kind.wire}:{wanted}"] = self.measured[name]
        return found


def _ranked(shelf: Shelf[E], wanted: str, missing: str, *, late: bool = False) -> list[E]:
    found = shelf.ranked(wanted, late=late)
    if not found:
        raise EngineError(missing)
    return found


_engines: Engines | None = None


def engines() -> Engines:
    """The engines of this process.

    Raises:
        EngineError: it has loaded none; only workers do.
    """
    if _engines is None:
        raise EngineError("this process has loaded no engines: run actors in a worker (`python -m tasks.worker`)")
    return _engines


def load(queues: Collection[str], config: TaskConfig, listed: tuple[str, ...] = ENGINES) -> Engines:
    """Load and warm up what these queues need, and make it this process's `engines()`; what is loaded is kept.

    Args:
        queues: those that this process takes messages from.
        config: how engines are to be loaded.
        listed: modules of the engines that there are, as in `tasks.engines.listing`.

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
    now = Engines(off=operator_choices.current().off(), measured=before.measured)
    wanted = _wanted(queues)
    if Kind.STT.wire in wanted:
        now.stt = _filled(Kind.STT, Loader(SpeechToText, config, before.stt.loaded, now.measured), listed)
    if Kind.TRANSLATION.wire in wanted:
        loader = Loader(Translator, config, before.translation.loaded, now.measured)
        now.translation = _filled(Kind.TRANSLATION, loader, listed)
    if Kind.TTS.wire in wanted:
        now.tts = _filled(Kind.TTS, Loader(TextToSpeech, config, before.tts.loaded, now.measured), listed)
        cloners = Loader(VoiceCloner, config, before.cloners.loaded, now.measured)
        now.cloners = cloners.fill(offers.cloners(listed), {})
    _engines = now
    return now


def check(queues: Collection[str], listed: tuple[str, ...] = ENGINES) -> None:
    """See, without loading anything, that these queues have something to load, and that settings name what is here.

    Raises:
        ModelError: as in `load`.
        EngineError: as in `load`.
        PreferenceError: as in `load`.
    """
    for kind in Kind:
        if kind.wire in _wanted(queues):
            found = offers.listed(kind, listed)
            choose.preferences(env(kind.setting, ""), kind.setting, found)
            if not found and not operator_choices.current().switched_off(kind.wire):
                raise ModelError(_MISSING[kind])


def _wanted(queues: Collection[str]) -> set[str]:
    """Names of the kinds of engines that these queues need, among others; an API may ask for anything."""
    return set(keys.LIVE_QUEUES if keys.BATCH in queues else queues)


def measure_again(config: TaskConfig) -> None:
    """Measure what this process has loaded once more, as `tasks.loading.measure_again` says."""
    now = engines()
    loading.measure_again(now.stt, config, now.measured)
    loading.measure_again(now.translation, config, now.measured)
    loading.measure_again(now.tts, config, now.measured)


def unload() -> None:
    """Forget the engines of this process."""
    global _engines
    _engines = None


def _filled(kind: Kind, loader: Loader[E], listed: tuple[str, ...]) -> Shelf[E]:
    """The engines of one kind, as operator and administrators want them."""
    found = offers.listed(kind, listed)
    set_here = choose.preferences(env(kind.setting, ""), kind.setting, found)
    chosen = operator_choices.current()
    shelf = loader.fill(chosen.allowed(kind.wire, found), set_here | chosen.preferred(kind.wire))
    if not shelf.loaded and not chosen.switched_off(kind.wire):
        raise ModelError(_MISSING[kind])
    return shelf
