"""The `speak` actor, run in this process on a real Redis with the real voices."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import groupby
from typing import Any

import dramatiq
import msgspec
import numpy as np
import pytest
import redis

from tasks import broker, serving
from tasks.actors import replies
from tasks.actors.speak import speak
from tasks.engines.base import EngineError
from tasks.sounding import Sounding
from tasks.voice_fallback import voice_for
from tasks.wire import keys
from tasks.wire.messages import (
    ClipPart,
    NoClip,
    Segment,
    Speech,
    Timeline,
    decode_clip_event,
    from_payload,
    to_payload,
)
from tasks.wire.queues import SPEAK, message_of
from tasks.wire.requests import Detection
from tests.support.channels import Listener, listen
from tests.tasks.in_thread import run
from tests.tasks.messages import segment

pytestmark = pytest.mark.usefixtures("engines", "patience")


def said(text: str, *, age: float = 0.0) -> Speech:
    """A message to speak what was said so many seconds ago."""
    end = time.time() - age
    timeline = Timeline(speech_start=end - 1, speech_end=end, closed=end)
    return Speech(segment=segment(timeline=timeline), text=text, language="pt", timeline=timeline)


def test_only_one_of_two_messages_speaks(store: redis.Redis) -> None:
    speech = Speech(segment=segment(), text="Bom dia.", language="pt", timeline=segment().timeline)
    first, repetition = message_of(SPEAK, speech), message_of(SPEAK, speech)
    with listen(store, keys.clips_channel("bridge")) as clips:
        run(first)
        parts = len(clips.waiting())
        assert parts
        run(repetition)
        assert clips.waiting() == []
        run(first)
        assert len(clips.waiting()) == 1, "from the cache, in one piece"


def test_a_clock_that_is_ahead_makes_nothing_late(store: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    speech, real = said("Bom dia."), time.time
    monkeypatch.setattr(time, "time", lambda: real() + 2 * speech.segment.max_lag)
    with listen(store, keys.clips_channel("bridge")) as clips:
        run(message_of(SPEAK, speech))
        assert isinstance(decode_clip_event(clips.waiting()[0]), ClipPart)
    assert replies.awaited(store, Detection(request="r", deadline=real() + 1, texts=["x"])) is False, "nobody waits"
    store.set(keys.awaited("r"), 1)
    assert replies.awaited(store, Detection(request="r", deadline=real() + 1, texts=["x"]))


def test_speech_that_comes_too_late_is_not_spoken(store: redis.Redis, patience: float) -> None:
    with listen(store, keys.clips_channel("bridge")) as clips:
        speak(said("Bom dia.", age=patience + 1))
        event = decode_clip_event(clips.next())
    assert isinstance(event, NoClip)
    assert "too late" in event.reason


def test_how_late_is_too_late_comes_with_the_message(store: redis.Redis) -> None:
    with listen(store, keys.clips_channel("bridge")) as clips:
        for max_lag, kind in ((8.0, NoClip), (20.0, ClipPart)):
            late = said("Bom dia.", age=9.0)
            asked = msgspec.structs.replace(late.segment, id=f"s{max_lag:.0f}", max_lag=max_lag)
            run(message_of(SPEAK, msgspec.structs.replace(late, segment=asked)))
            assert isinstance(decode_clip_event(clips.waiting()[0]), kind)


def test_a_message_that_does_not_say_how_late_is_too_late_means_eight_seconds() -> None:
    payload = to_payload(segment())
    del payload["max_lag"]
    assert from_payload(payload, Segment).max_lag == 8.0


@pytest.mark.parametrize(("age", "engine"), [(0.0, "kokoro-82m-int8"), (5.5, "espeak-ng")])
def test_a_quick_voice_takes_over_when_speech_is_behind(store: redis.Redis, age: float, engine: str) -> None:
    with listen(store, keys.clips_channel("bridge")) as clips:
        speak(said("Bom dia.", age=age))
        event = decode_clip_event(clips.next())
    assert isinstance(event, ClipPart)
    assert event.engine == engine
    pcm = store.get(event.key)
    assert isinstance(pcm, bytes)
    assert np.frombuffer(pcm, "<i2").any()


def test_a_sentence_keeps_its_voice_however_late_the_next_piece_is(store: redis.Redis) -> None:
    first = msgspec.structs.replace(said("Bom dia,"), last_piece=False)
    late = msgspec.structs.replace(said("meus amigos.", age=5.5), piece=1)
    with listen(store, keys.clips_channel("bridge")) as clips:
        for piece in (first, late):
            speak(msgspec.structs.replace(piece, segment=first.segment))
        parts = [decode_clip_event(data) for data in clips.waiting()]
    assert {part.piece for part in parts if isinstance(part, ClipPart)} == {0, 1}
    assert {part.engine for part in parts if isinstance(part, ClipPart)} == {"kokoro-82m-int8"}


LONG = "Bom dia, meus caros amigos. Hoje vamos falar sobre o tempo, que está muito frio. Até amanhã."


def test_the_first_clause_comes_in_pieces_and_the_others_whole(
    store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.engines.tts.kokoro.network.lead", lambda _lengths, _pace: 0.0)
    monkeypatch.setattr("tasks.actors.speak.sounding", Sounding())  # nothing sounds yet
    with listen(store, keys.clips_channel("bridge")) as clips:
        ends = ends_of_clauses(clips, said(LONG))
        pieces = ends.index(True) + 1
        assert pieces > 1
        assert ends[pieces:]
        assert all(ends[pieces:])
        next_ends = ends_of_clauses(clips, msgspec.structs.replace(said(f"E agora, {LONG}"), piece=1))
        assert next_ends
        assert all(next_ends), "what was spoken before it is still to sound"


def ends_of_clauses(clips: Listener, speech: Speech) -> list[bool]:
    """Of each part of a clip, whether a clause ends with it."""
    run(message_of(SPEAK, speech))
    parts = [decode_clip_event(data) for data in clips.waiting()]
    return [part.ends_clause for part in parts if isinstance(part, ClipPart)]


def refusing(monkeypatch: pytest.MonkeyPatch, name: str, *, after: int) -> None:
    """Have a voice refuse every clause but the first so many."""
    engine = serving.engines().tts.loaded[name]
    spoken = iter(range(after))

    def refusable(way: Callable[..., Any]) -> Callable[..., Any]:
        def speak_or_refuse(*clause: str | None) -> Any:  # noqa: ANN401  (what the engine gives)
            if next(spoken, None) is None:
                raise EngineError("refused")
            return way(*clause)

        return speak_or_refuse

    monkeypatch.setattr(engine, "speak", refusable(engine.speak))
    monkeypatch.setattr(engine, "pieces", refusable(engine.pieces))


@pytest.mark.parametrize("after", [0, 1])
def test_another_voice_speaks_what_one_refuses(store: redis.Redis, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    refusing(monkeypatch, "kokoro-82m-int8", after=after)
    with listen(store, keys.clips_channel("bridge")) as clips:
        run(message_of(SPEAK, said(LONG)))
        parts = [decode_clip_event(data) for data in clips.waiting()]
    assert all(isinstance(part, ClipPart) for part in parts)
    engines = [part.engine for part in parts if isinstance(part, ClipPart)]
    assert [name for name, _ in groupby(engines)] == ["kokoro-82m-int8"] * after + ["espeak-ng"]
    assert [part.last for part in parts if isinstance(part, ClipPart)] == [False] * (len(parts) - 1) + [True]


def test_a_clip_that_no_voice_ends_is_ended(store: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, "kokoro-82m-int8", after=1)
    refusing(monkeypatch, "espeak-ng", after=0)
    speech = said(LONG)
    with listen(store, keys.clips_channel("bridge")) as clips:
        with pytest.raises(EngineError):
            speak(speech)
        message = dramatiq.MessageProxy(message_of(SPEAK, speech))
        broker.current().emit_after("process_message", message, exception=EngineError("refused"))
        *parts, end = [decode_clip_event(data) for data in clips.waiting()]
    assert [part.last for part in parts if isinstance(part, ClipPart)] == [False] * len(parts)
    assert parts
    assert isinstance(end, NoClip)


def test_text_without_words_is_not_spoken(store: redis.Redis) -> None:
    message = segment()
    with listen(store, keys.clips_channel("bridge")) as clips:
        speak(Speech(segment=message, text="…", language="pt", timeline=message.timeline))
        assert isinstance(decode_clip_event(clips.next()), NoClip)


def test_two_speakers_of_a_room_are_dubbed_by_different_voices_as_far_as_there_are_any() -> None:
    clear = serving.engines().tts_for("pt", late=False)[0]
    assert [voice_for(clear, "pt", number) for number in range(3)] == ["pf_dora", "pm_alex", "pf_dora"]
    only = serving.engines().tts_for("en", late=False)[0]
    assert voice_for(only, "en", 0) == voice_for(only, "en", 5)


def test_a_clip_is_spoken_by_the_voice_of_its_speaker(store: redis.Redis) -> None:
    pcm = []
    for voice in (0, 1):
        message = segment(f"s{voice}", voice=voice)
        asked = Speech(segment=message, text="Bom dia.", language="pt", timeline=message.timeline)
        with listen(store, keys.clips_channel("bridge")) as clips:
            run(message_of(SPEAK, asked))
            part = decode_clip_event(clips.next())
        assert isinstance(part, ClipPart)
        pcm.append(store.get(part.key))
    assert pcm[0] != pcm[1]
