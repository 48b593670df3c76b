"""What could be loaded on this machine: installed models and programs, and what the operator allows."""

from __future__ import annotations

from collections.abc import Iterable

from tasks import registry
from tasks.engines import choose
from tasks.engines.choose import Offer
from tasks.engines.translation.llm import local
from tasks.engines.translation.llm.settings import endpoint_settings
from tasks.engines.tts import espeak_program
from tasks.models.spec import Kind

ENDPOINT = "llm-endpoint"
"""Name of the language model behind LLM_URL."""


def hearing() -> list[Offer]:
    """What could transcribe."""
    return _models("stt")


def translating() -> list[Offer]:
    """What could translate, pairs by way of a third language included.

    Raises:
        EngineError: LLM_URL names an endpoint that cannot be used.
    """
    found = [offer for offer in _models("translate") if offer.format != "gguf" or local.available()]
    if endpoint_settings() is not None:
        from tasks.engines.translation.llm.translator import ALL_PAIRS

        found.append(Offer(ENDPOINT, "endpoint", frozenset(f"{source}>{target}" for source, target in ALL_PAIRS)))
    spoken = {language for offer in found for pair in offer.serves for language in pair.split(">")}
    return [*found, *choose.pivots(found, spoken)]


def speaking() -> list[Offer]:
    """What could speak with a voice of its own."""
    from tasks.engines.tts.gtts import voice as gtts
    from tasks.engines.tts.piper import voice as piper

    can = {
        "hibari": True,
        "kokoro": espeak_program.available(),  # its phonemes come from there
        "piper": piper.available(),
        "xtts": False,  # speaks in the voices of others only
    }
    found = [offer for offer in _models("speak") if can[offer.format]]
    if espeak_program.available():
        found.append(Offer("espeak-ng", "espeak", frozenset(espeak_program.VOICES), default=True))
    if gtts.available():
        found.append(Offer("gtts", "gtts", frozenset(gtts.Gtts.voices)))
    return found


def cloning() -> list[Offer]:
    """What could speak in the voice of a recording."""
    from tasks.engines.tts.xtts import voice as xtts

    return [offer for offer in _models("speak") if offer.format == "xtts" and xtts.available()]


def _models(kind: Kind) -> list[Offer]:
    return [
        Offer(one.name, one.format, frozenset(one.languages), default=one.default) for one in registry.installed(kind)
    ]


def names(offers: Iterable[Offer]) -> frozenset[str]:
    """Their names, to see whether something has come or gone."""
    return frozenset(offer.name for offer in offers)
