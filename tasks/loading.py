"""Making the engine of an offer: the one place that knows which class loads which format.

Each function verifies the model's digests first and imports the engine only then.
"""

from __future__ import annotations

from collections.abc import Mapping

from tasks import offers, registry
from tasks.engines.base import EngineError, SpeechToText, TextToSpeech, Translator, VoiceCloner
from tasks.engines.choose import THROUGH, Offer
from tasks.engines.tts import espeak_program
from tasks.wire.environment import TaskConfig


def speech_to_text(offer: Offer, config: TaskConfig) -> SpeechToText:
    """The engine that transcribes with this model.

    Raises:
        ModelError: the model is not whole.
        EngineError: it cannot be loaded.
    """
    from tasks.engines.stt.whisper.engine import Whisper

    registry.verify(offer.name)
    return Whisper(
        registry.folder(offer.name),
        name=offer.name,
        languages=offer.serves,
        threads=config.stt_threads,
        at_once=config.stt_at_once,
    )


def translator(offer: Offer, config: TaskConfig, loaded: Mapping[str, Translator]) -> Translator:
    """The engine that translates with this model; a pivot is made of two of those that are `loaded`.

    Raises:
        ModelError: the model is not whole.
        EngineError: it cannot be loaded.
    """
    if offer.format == "pivot":
        from tasks.engines.translation.pivot import Pivot

        first, second = (loaded[part] for part in offer.parts)
        return Pivot(first, second, through=THROUGH)
    if offer.format in ("gguf", "endpoint"):
        return _drafts(offer, config)
    registry.verify(offer.name)
    pairs = _pairs(offer)
    if offer.format == "bergamot":
        from tasks.engines.translation.bergamot import Bergamot

        return Bergamot(
            {(source, target): registry.bundled(offer.name, f"{source}>{target}") for source, target in pairs}
        )
    from tasks.engines.translation.ct2 import Decoding

    folder, decoding = registry.folder(offer.name), Decoding(threads=config.threads, beam=config.beam)
    if offer.format == "argos":
        from tasks.engines.translation.argos import Argos

        return Argos(folder, decoding)
    from tasks.engines.translation.ct2_folder import Nllb, OpusMt

    if offer.format == "opus-ct2":
        source, target = pairs[0]
        return OpusMt(folder, source, target, decoding)
    return Nllb(folder, pairs, decoding)


def _drafts(offer: Offer, config: TaskConfig) -> Translator:
    from tasks.engines.translation.llm.endpoint import EndpointChat
    from tasks.engines.translation.llm.local import LocalChat
    from tasks.engines.translation.llm.settings import endpoint_settings
    from tasks.engines.translation.llm.translator import LlmTranslator

    pairs = _pairs(offer)
    if offer.name == offers.ENDPOINT:
        settings = endpoint_settings()
        if settings is None:
            raise EngineError("LLM_URL names no endpoint any more")
        return LlmTranslator(EndpointChat(settings), name=offer.name, pairs=pairs)
    registry.verify(offer.name)
    chat = LocalChat(registry.folder(offer.name) / "model.gguf", slots=len(pairs), threads=config.threads)
    return LlmTranslator(chat, name=offer.name, pairs=pairs)


def _pairs(offer: Offer) -> list[tuple[str, str]]:
    return [(source, target) for source, _, target in (pair.partition(">") for pair in sorted(offer.serves))]


def voice(offer: Offer, config: TaskConfig) -> TextToSpeech:
    """The engine that speaks with this model or program.

    Raises:
        ModelError: the model is not whole.
        EngineError: it cannot be loaded.
    """
    engine = _voice(offer, config)
    model = "" if offer.format in ("espeak", "gtts") else registry.fingerprint(offer.name)
    phonemes = espeak_program.version() if offer.format in ("espeak", "kokoro") else ""
    engine.fingerprint = f"{model} {phonemes}".strip()
    return engine


def _voice(offer: Offer, config: TaskConfig) -> TextToSpeech:
    if offer.format == "espeak":
        from tasks.engines.tts.espeak.voice import Espeak

        return Espeak()
    if offer.format == "gtts":
        from tasks.engines.tts.gtts.voice import Gtts

        return Gtts()
    registry.verify(offer.name)
    if offer.format == "hibari":
        from tasks.engines.tts.hibari.voice import Hibari

        return Hibari(threads=1)
    if offer.format == "piper":
        from tasks.engines.tts.piper.voice import Piper

        return Piper(registry.folder(offer.name), threads=config.threads)
    from tasks.engines.tts.kokoro.voice import Kokoro

    return Kokoro(registry.folder(offer.name), threads=config.threads)


def cloner(offer: Offer, config: TaskConfig) -> VoiceCloner:
    """The engine that speaks in the voice of a recording.

    Raises:
        ModelError: the model is not whole.
        EngineError: it cannot be loaded.
    """
    from tasks.engines.tts.xtts.voice import Xtts

    registry.verify(offer.name)
    engine = Xtts(registry.folder(offer.name), threads=config.threads)
    engine.fingerprint = registry.fingerprint(offer.name)
    return engine
