"""The actor that transcribes for an API request."""

from __future__ import annotations

from tasks import steps
from tasks.actors import replies
from tasks.broker import store
from tasks.engines.base import Effort, Transcript
from tasks.wire import keys
from tasks.wire.requests import SpokenWord, Transcribed, Transcription


def transcribe_speech(message: Transcription) -> None:
    """Answer with what the audio of the request was recognised as."""
    client = store()
    pcm = client.get(keys.request_audio(message.request, 0))
    if not isinstance(pcm, bytes) or not replies.awaited(client, message):
        return
    done = steps.transcribe(
        pcm,
        message.language,
        effort=Effort(message.effort),
        glossary=message.terms,
        words=message.words,
        memory=message.memory,
    )
    transcript = done.transcript
    answer = Transcribed(
        text=transcript.text,
        language=done.language,
        confidence=transcript.confidence,
        reason=transcript.reason,
        settled=transcript.settled,
        engine=done.engine,
        words=_times(transcript) if message.words else None,
        terms=list(transcript.hotwords_heard),
    )
    replies.send(client, message.request, answer)


def _times(transcript: Transcript) -> list[SpokenWord]:
    return [
        SpokenWord(text=word.text, start=word.start, end=word.end, probability=word.probability)
        for word in transcript.words
    ]
