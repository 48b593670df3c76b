"""The actors of text requests: translate, and tell the language."""

from __future__ import annotations

from tasks import steps
from tasks.actors import replies
from tasks.broker import current, store
from tasks.engines.text.detect import detect
from tasks.serving import engines
from tasks.wire.requests import Detected, Detection, TextTranslation, Translated


def translate_text(message: TextTranslation) -> None:
    """Answer with the translations of the request's texts."""
    client = store()
    if not replies.awaited(client, message):
        return
    engine = engines().translation_for(message.source, message.target)
    texts, terms = list[str](), list[str]()
    for text in message.texts:
        current().calls.give_way()
        done = steps.translate(text, message.source, message.target, glossary=message.terms)
        texts.append(done.text)
        terms += [term.target for term in done.used]
    answer = Translated(texts=texts, engine=engine.name, draft=engine.draft, terms=terms)
    replies.send(client, message.request, answer)


def detect_language(message: Detection) -> None:
    """Answer with the languages that the request's texts may be in."""
    client = store()
    if replies.awaited(client, message):
        found = [detect(text, message.among) for text in message.texts]
        replies.send(client, message.request, Detected(languages=found))
