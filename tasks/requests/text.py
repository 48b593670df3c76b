"""The actors of text requests: translate, and tell the language."""

from __future__ import annotations

from typing import Any

import dramatiq

from tasks import cached_translation as translation
from tasks import configuration, keys
from tasks.broker import broker, store
from tasks.engines.base import EngineError
from tasks.engines.detect import detect
from tasks.messages import from_payload
from tasks.requests import replies
from tasks.requests.courtesy import courtesy
from tasks.requests.messages import Detected, Detection, TextTranslation, Translated
from tasks.serving import engines


@dramatiq.actor(queue_name=keys.BATCH, priority=keys.BATCH_PRIORITY, broker=broker, throws=(EngineError,))
def translate_text(payload: dict[str, Any]) -> None:
    """Answer a `TextTranslation`."""
    message = from_payload(payload, TextTranslation)
    if not replies.awaited(store(), message):
        return
    engine = engines().translator(message.source, message.target)
    everything = "\n".join(message.texts) if message.terms else ""
    known = configuration.current().translated(message.source, message.target, everything)
    glossary, used = configuration.as_glossary(known), list[str]()
    translated = []
    for text in message.texts:
        courtesy.give_way()
        found = translation.translate(engine, text, message.source, message.target, glossary, retry=not engine.draft)
        translated.append(found.text)
        used += found.terms
    answer = Translated(texts=translated, engine=engine.name, draft=engine.draft, terms=used)
    replies.send(store(), message.request, answer)


@dramatiq.actor(queue_name=keys.BATCH, priority=keys.BATCH_PRIORITY, broker=broker, throws=(EngineError,))
def detect_language(payload: dict[str, Any]) -> None:
    """Answer a `Detection`."""
    message = from_payload(payload, Detection)
    if replies.awaited(store(), message):
        replies.send(store(), message.request, Detected(languages=detect(message.text)))
