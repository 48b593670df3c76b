"""The actor that transcribes for an API request."""

from __future__ import annotations

from typing import Any

import dramatiq

from tasks.actors import replies
from tasks.engines.base import EngineError, Transcript
from tasks.serving import engines
from tasks.wire import keys, operator_choices
from tasks.wire.broker import broker, store
from tasks.wire.messages import from_payload
from tasks.wire.requests import SpokenWord, Transcribed, Transcription


@dramatiq.actor(queue_name=keys.BATCH, priority=keys.BATCH_PRIORITY, broker=broker, throws=(EngineError,))
def transcribe_speech(payload: dict[str, Any]) -> None:
    """Answer a `Transcription`."""
    message = from_payload(payload, Transcription)
    client = store()
    pcm = client.get(keys.request_audio(message.request, 0))
    if not isinstance(pcm, bytes) or not replies.awaited(client, message):
        return
    language = message.language
    if language is None:
        heard = engines().heard()
        if not heard:
            raise EngineError("no engine here transcribes")
        language = next(iter(engines().speech_to_text(heard[0]).identify(pcm)), None)
    engine = engines().speech_to_text(language or engines().heard()[0])
    transcript = Transcript("", 0.0, "silence")
    if language is not None:
        hotwords = [term.source for term in operator_choices.current().hotwords(language)] if message.terms else []
        transcript = engine.transcribe(pcm, language, effort=message.effort, hotwords=hotwords, words=message.words)
    answer = Transcribed(
        text=transcript.text,
        language=language,
        confidence=transcript.confidence,
        reason=transcript.reason,
        settled=transcript.settled,
        engine=engine.name,
        words=_times(transcript) if message.words else None,
        terms=list(transcript.hotwords_heard),
    )
    replies.send(client, message.request, answer)


def _times(transcript: Transcript) -> list[SpokenWord]:
    return [
        SpokenWord(text=word.text, start=word.start, end=word.end, probability=word.probability)
        for word in transcript.words
    ]
