"""The engines of this process: loaded once, after the fork, and shared by its threads."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TypeVar

from tasks import registry
from tasks.config import TaskConfig, env
from tasks.engines import choose, espeak_program
from tasks.engines.base import EngineError, SpeechToText, TextToSpeech, Translator
from tasks.models.spec import ModelError

logger = logging.getLogger(__name__)


@dataclass
class Engines:
    """What this process can do. Chooses by `tasks.engines.choose` among what was loaded."""

    stt: dict[str, SpeechToText] = field(default_factory=dict)
    """By engine name, as the other two."""
    translators: dict[str, Translator] = field(default_factory=dict)
    voices: dict[str, TextToSpeech] = field(default_factory=dict)
    preferred: dict[str, str] = field(default_factory=dict)

    def speech_to_text(self, language: str) -> SpeechToText:
        """The engine that transcribes `language`.

        Raises:
            EngineError: there is none here.
        """
        name = choose.speech_to_text(language, self.stt.keys())
        if name is None:
            raise EngineError(f"no engine here transcribes {language}")
        return self.stt[name]

    def translator(self, source: str, target: str) -> Translator:
        """The engine that translates `source` into `target`.

        Raises:
            EngineError: there is none here.
        """
        name = choose.translator(source, target, self.translators.keys())
        if name is None:
            raise EngineError(f"no engine here translates {source} into {target}")
        return self.translators[name]

    def voice(self, language: str, *, late: bool) -> TextToSpeech:
        """The engine that speaks `language`, a quick one when speech is `late`.

        Raises:
            EngineError: there is none here.
        """
        name = choose.voice(language, self.voices.keys(), late=late, preferred=self.preferred)
        if name is None:
            raise EngineError(f"no voice here speaks {language}")
        return self.voices[name]

    def heard(self) -> list[str]:
        """Languages this process transcribes."""
        return [one for one in choose.languages_heard() if choose.speech_to_text(one, self.stt.keys())]

    def translated(self) -> list[str]:
        """Pairs this process translates, as "en>pt"."""
        known = self.translators.keys()
        return [f"{source}>{target}" for source, target in choose.pairs() if choose.translator(source, target, known)]

    def spoken(self) -> list[str]:
        """Languages this process speaks."""
        known = self.voices.keys()
        return [
            one for one in choose.languages_spoken() if choose.voice(one, known, late=False, preferred=self.preferred)
        ]


_engines: Engines | None = None
E = TypeVar("E", SpeechToText, Translator, TextToSpeech)


def engines() -> Engines:
    """The engines of this process.

    Raises:
        EngineError: it has loaded none; only workers do.
    """
    if _engines is None:
        raise EngineError("this process has loaded no engines: run actors in a worker (`dramatiq tasks.worker`)")
    return _engines


def load(queues: Collection[str], config: TaskConfig) -> Engines:
    """Load and warm up what these queues need, and make it this process's `engines()`.

    Raises:
        ModelError: a queue would have no engine at all; the message says how to get one.
        PreferenceError: SPEAK_WITH cannot be understood.
    """
    global _engines
    # Before the numeric libraries are imported: each would otherwise take every core for itself.
    os.environ.setdefault("OMP_NUM_THREADS", str(config.threads))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    loaded = Engines(preferred=choose.preferences(env("SPEAK_WITH", "")))
    if "stt" in queues:
        _load_stt(loaded, config)
    if "translate" in queues:
        _load_translators(loaded)
    if "speak" in queues:
        _load_voices(loaded, config)
    _engines = loaded
    return loaded


def unload() -> None:
    """Forget the engines of this process."""
    global _engines
    _engines = None


def available_voices() -> set[str]:
    """Names of the voices that can be used on this machine."""
    found = {name for name in ("hibari-en",) if registry.is_installed(name)}
    if espeak_program.available():
        found.add("espeak-ng")
        if registry.is_installed("kokoro-82m-int8"):  # its phonemes come from espeak-ng
            found.add("kokoro-82m-int8")
    return found


def _load_stt(loaded: Engines, config: TaskConfig) -> None:
    from tasks.engines.whisper import Whisper

    registry.verify("whisper-base")
    _ready(loaded.stt, Whisper(registry.folder("whisper-base"), threads=config.threads))


def _load_translators(loaded: Engines) -> None:
    from tasks.engines.bergamot import Bergamot

    registry.verify("bergamot-en-pt")
    folders = {pair: registry.bundled("bergamot-en-pt", ">".join(pair)) for pair in Bergamot.pairs}
    _ready(loaded.translators, Bergamot(folders))


def _load_voices(loaded: Engines, config: TaskConfig) -> None:
    usable = available_voices()
    wanted = {
        choose.voice(language, usable, late=late, preferred=loaded.preferred)
        for language in choose.languages_spoken()
        for late in (False, True)
    }
    for name in sorted(name for name in wanted if name):
        try:
            _ready(loaded.voices, _voice(name, config))
        except (ModelError, EngineError) as error:
            logger.error("The voice %s is left out: %s", name, error)
    if not loaded.voices:
        raise ModelError("there is no voice to speak with: install espeak-ng, or `jbcalling models install`")
    if "kokoro-82m-int8" not in usable:
        logger.warning("Portuguese is spoken by espeak-ng, in low quality: `jbcalling models install` gets Kokoro")


def _voice(name: str, config: TaskConfig) -> TextToSpeech:
    if name == "hibari-en":
        from tasks.engines.hibari import Hibari

        registry.verify(name)
        return Hibari(threads=1)
    if name == "kokoro-82m-int8":
        from tasks.engines.kokoro import Kokoro

        registry.verify(name)
        return Kokoro(registry.folder(name), threads=config.threads)
    from tasks.engines.espeak import Espeak

    return Espeak()


def _ready(shelf: dict[str, E], engine: E) -> None:
    started = time.monotonic()
    engine.warm_up()
    shelf[engine.name] = engine
    logger.info("%s is ready, warmed up in %.1f s", engine.name, time.monotonic() - started)
