"""The actors of text requests: translate, and tell the language."""

from __future__ import annotations

from typing import Any

import dramatiq

from tasks import cached_translation as translation
from tasks.actors import replies
from tasks.call_priority import courtesy
from tasks.engines.base import EngineError
from tasks.engines.text.detect import detect
from tasks.serving import engines
from tasks.wire import keys, operator_choices
from tasks.wire.broker import broker, store
from tasks.wire.messages import from_payload
from tasks.wire.requests import Detected, Detection, TextTranslation, Translated


@dramatiq.actor(queue_name=keys.BATCH, priority=keys.BATCH_PRIORITY, broker=broker, throws=(EngineError,))
def translate_text(payload: dict[str, Any]) -> None:
    """Answer a `TextTranslation`."""
    message = from_payload(payload, TextTranslation)
    if not replies.awaited(store(), message):
        return
    engine = engines().translator(message.source, message.target)
    everything = "\n".join(message.texts) if message.terms else ""
    known = operator_choices.current().translated(message.source, message.target, everything)
    glossary, used = operator_choices.as_glossary(known), list[str]()
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
