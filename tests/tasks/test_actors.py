"""The actors themselves, run in this process on a real Redis with the real models."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import dramatiq
import msgspec
import pytest
import redis
import structlog
from structlog.testing import capture_logs

from ops.harness.recordings import recordings
from ops.harness.redis_server import RedisServer, redis_server
from tasks import broker, serving, steps
from tasks.actors import transcribe as transcribe_module
from tasks.actors.transcribe import transcribe
from tasks.actors.translate import translate
from tasks.middleware.max_attempts import MAX_ATTEMPTS
from tasks.middleware.no_clip_on_failure import affected
from tasks.wire import keys
from tasks.wire.messages import (
    Caption,
    ClipPart,
    NoClip,
    Part,
    Segment,
    Timeline,
    Translation,
    decode_clip_event,
    to_payload,
)
from tasks.wire.queues import TRANSCRIBE, TRANSLATE, message_of
from tasks.wire.redis_client import BRIEF_SECONDS, connect
from tests.support.channels import captions, listen, stream
from tests.support.one_breath import in_one_breath
from tests.tasks.in_thread import run, run_next, sent, use_broker
from tests.tasks.messages import offered, segment


def encode_parts(*parts: Part) -> bytes:
    """As a worker writes them down."""
    return msgspec.json.encode(parts)


JFK = recordings()["en_jfk_stereo44k"].pcm()
SILENCE = bytes(2 * 32_000)

END = time.time()
TIMELINE = Timeline(speech_start=END - 5, speech_end=END, closed=END)
TRANSLATION = Translation(segment=segment(), text="Good morning.", target="pt", timeline=TIMELINE)

pytestmark = pytest.mark.usefixtures("engines", "patience")


def test_a_final_segment_becomes_captions_and_a_clip(store: redis.Redis) -> None:
    with listen(store, keys.clips_channel("bridge")) as clips:
        transcribe(offered(store, JFK))
        run_next("translate")
        run_next("speak")
        events = [decode_clip_event(data) for data in clips.waiting()]
    source, translation = [caption for _, caption in stream(store)]
    assert "ask what you can do for your country" in source.text
    assert (source.language, source.is_source, source.final, source.engine) == ("en", True, True, "whisper-base")
    assert "o que podem fazer pelo seu país" in translation.text
    assert (translation.language, translation.is_source, translation.engine) == ("pt", False, "bergamot-en-pt")
    assert len(events) > 1, "clause by clause"
    parts = [event for event in events if isinstance(event, ClipPart)]
    assert [part.part for part in parts] == list(range(len(events)))
    assert [part.last for part in parts] == [False] * (len(parts) - 1) + [True]
    for part in parts:
        assert store.strlen(part.key) == part.samples * 2
        assert 0 < store.ttl(part.key) <= keys.CLIP_TTL
    stamps = parts[-1].timeline
    order = [stamps.closed, stamps.stt_start, stamps.stt_end, stamps.translate_start, stamps.translate_end]
    order += [stamps.speak_start, stamps.speak_end]
    assert order == sorted(stamp for stamp in order if stamp is not None)


def test_an_utterance_at_a_shared_microphone_is_taken_for_what_it_is(store: redis.Redis) -> None:
    portuguese = recordings()["pt_fleurs_001"].pcm()
    both = ["en", "pt"]
    asked = offered(store, portuguese, language="en", among=both, read=both, hear=both)
    with listen(store, keys.clips_channel("bridge")) as clips:
        transcribe(asked)
        run_next("translate")
        run_next("speak")
        events = [decode_clip_event(data) for data in clips.waiting()]
    source, translation = [caption for _, caption in stream(store)]
    assert (source.source_language, source.language, source.is_source) == ("pt", "pt", True)
    assert (translation.source_language, translation.language, translation.is_source) == ("pt", "en", False)
    none, *parts = events
    assert isinstance(none, NoClip)
    assert none.languages == ["pt"], "nothing keeps the Portuguese track waiting"
    assert parts
    assert {part.language for part in parts if isinstance(part, ClipPart)} == {"en"}
    assert (sent(store, "translate"), sent(store, "speak")) == (0, 0)


def breath(store: redis.Redis) -> Segment:
    """A Portuguese sentence and an English one, as the bridge leaves them."""
    both = ["en", "pt"]
    sound = in_one_breath("pt_fleurs_003", "en_LJ001-0011").tobytes()
    return offered(store, sound, among=both, read=both, hear=both)


def test_two_people_in_one_breath_are_each_read_and_heard_in_the_others_language(store: redis.Redis) -> None:
    with listen(store, keys.clips_channel("bridge")) as clips:
        transcribe(breath(store))
        for queue in ("translate", "speak"):
            while sent(store, queue):
                run_next(queue)
        events = [decode_clip_event(data) for data in clips.waiting()]
    lines = [(caption.segment, caption.source_language, caption.language) for _, caption in stream(store)]
    assert lines[:2] == [("room.anna.0", "pt", "pt"), ("room.anna.0.1", "en", "en")]
    assert sorted(lines[2:]) == [("room.anna.0", "pt", "en"), ("room.anna.0.1", "en", "pt")]
    first, second = [caption.timeline for _, caption in stream(store)][:2]
    assert first.speech_end <= second.speech_start + 0.3
    heard = {(event.sentence, event.language, event.last_sentence) for event in events if isinstance(event, ClipPart)}
    assert heard == {(0, "en", False), (1, "pt", True)}
    none = {(event.sentence, *event.languages, event.last_sentence) for event in events if isinstance(event, NoClip)}
    assert none == {(0, "pt", False), (1, "en", True)}, "no track waits for what it does not say"


def test_both_parts_of_a_breath_come_once_though_the_worker_dies_between_them(
    store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = breath(store)
    message, decode = message_of(TRANSCRIBE, asked), steps.transcribe

    class Killed(BaseException):
        """Nothing of the worker's own code sees its end."""

    def dies_over_the_second(pcm: bytes, language: str) -> steps.Transcribed:
        if language == "en":
            raise Killed
        return decode(pcm, language)

    monkeypatch.setattr(steps, "transcribe", dies_over_the_second)
    with pytest.raises(Killed):
        run(message)
    assert [caption.key for _, caption in stream(store)] == [(asked.id, "pt")]
    monkeypatch.setattr(steps, "transcribe", decode)
    monkeypatch.setattr(steps, "turns", lambda _pcm, _among: [])  # what goes on with it would not have cut it
    run(message)
    run(message_of(TRANSCRIBE, asked))
    lines = [(caption.segment, caption.language, len(caption.text.split()) > 5) for _, caption in stream(store)]
    assert lines == [(asked.id, "pt", True), (f"{asked.id}.1", "en", True)]
    while sent(store, "translate"):
        run_next("translate")
    translated = [(caption.segment, caption.language) for _, caption in stream(store)][2:]
    assert translated == [(asked.id, "en"), (f"{asked.id}.1", "pt")]
    assert sent(store, "speak") == 2


def test_two_workers_that_take_a_segment_at_once_make_the_same_of_it(
    store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = breath(store)
    cut = [Part("pt", 0, 97_600), Part("en", 97_600, asked.samples)]

    def while_another_writes(_pcm: bytes, _among: Sequence[str]) -> list[Part]:
        store.set(keys.identified(asked.id), encode_parts(*cut))
        return []

    monkeypatch.setattr(steps, "turns", while_another_writes)
    transcribe(asked)
    assert [caption.language for _, caption in stream(store)] == ["pt", "en"]


def test_what_was_said_of_its_language_stays_when_a_worker_dies_over_it(store: redis.Redis) -> None:
    asked = offered(store, JFK, language="en", among=["pt", "en"], read=["pt"], hear=[])
    store.set(keys.identified(asked.id), encode_parts(Part("pt", 0, asked.samples)))
    transcribe(asked)
    assert [caption.language for _, caption in stream(store)] == ["pt"]
    assert keys.segment_of(keys.identified(asked.id)) == asked.id, "it goes with what was said"


def test_silence_at_a_shared_microphone_holds_nobody_up(store: redis.Redis) -> None:
    with listen(store, keys.clips_channel("bridge")) as clips:
        transcribe(offered(store, SILENCE, among=["en", "pt"], hear=["en", "pt"]))
        events = [decode_clip_event(data) for data in clips.waiting()]
    assert {language for event in events if isinstance(event, NoClip) for language in event.languages} == {"en", "pt"}
    assert stream(store) == []


def test_a_typed_line_goes_the_same_way_with_its_address_as_it_is(store: redis.Redis) -> None:
    text = "The notes are at https://example.org/Notes_2?day=1&v=%C3%A3m, please read them."
    now = time.time()
    typed = Timeline(speech_start=now, speech_end=now, closed=now)
    line = segment("t0123", typed=True, timeline=typed)
    translate(Translation(segment=line, text=text, target="pt", timeline=typed))
    ((_, caption),) = stream(store)
    assert caption.typed
    assert caption.final
    assert "https://example.org/Notes_2?day=1&v=%C3%A3m" in caption.text
    assert "notas" in caption.text.lower()
    with listen(store, keys.clips_channel("bridge")) as clips:
        run_next("speak")
        assert isinstance(decode_clip_event(clips.next()), ClipPart)


def test_silence_gives_no_caption_and_says_so(store: redis.Redis) -> None:
    with listen(store, keys.clips_channel("bridge")) as clips:
        transcribe(offered(store, SILENCE))
        event = decode_clip_event(clips.next())
    assert isinstance(event, NoClip)
    assert (event.languages, event.reason) == (["pt"], "silence")
    assert (stream(store), sent(store, "translate")) == ([], 0)


def test_expired_audio_gives_no_caption_and_says_so(store: redis.Redis) -> None:
    with listen(store, keys.clips_channel("bridge")) as clips:
        transcribe(segment(samples=16_000))
        event = decode_clip_event(clips.next())
    assert isinstance(event, NoClip)
    assert "expired" in event.reason


def test_each_decoding_is_logged_with_the_length_of_its_audio_and_without_its_words(
    store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    talkative = structlog.make_filtering_bound_logger(logging.DEBUG)  # whatever level another test has set
    monkeypatch.setattr(transcribe_module, "log", structlog.wrap_logger(None, wrapper_class=talkative))
    with capture_logs() as lines:
        transcribe(offered(store, JFK))
    (line,) = [line for line in lines if line["event"] == "speech.decoded"]
    assert (line["log_level"], line["language"], line["effort"], line["seconds"]) == ("debug", "en", "thorough", 11.0)
    assert line["took_ms"] > 0
    assert line["cpu_ms"] > 0
    assert "country" not in str(lines)


def test_a_transcript_that_is_too_uncertain_is_shown_and_not_spoken(
    store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.transcripts.SPEAK_CONFIDENCE", 0.99)
    with listen(store, keys.clips_channel("bridge")) as clips:
        transcribe(offered(store, JFK))
        run_next("translate")
        event = decode_clip_event(clips.next())
    assert isinstance(event, NoClip)
    assert len(stream(store)) == 2
    assert sent(store, "speak") == 0


def test_a_language_that_is_only_read_is_not_spoken(store: redis.Redis) -> None:
    transcribe(offered(store, JFK, hear=[]))
    run_next("translate")
    assert (len(stream(store)), sent(store, "speak")) == (2, 0)


def test_a_draft_is_spoken_where_somebody_wants_that_and_nowhere_else(
    store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving.engines().translation_for("en", "pt"), "draft", True)
    with listen(store, keys.clips_channel("bridge")) as clips:
        translate(TRANSLATION)
        refused = decode_clip_event(clips.next())
        assert isinstance(refused, NoClip)
        assert (refused.reason, sent(store, "speak")) == ("a draft is shown and not spoken", 0)
        wanted = segment("room.anna.1", hear_drafts=["pt"])
        translate(msgspec.structs.replace(TRANSLATION, segment=wanted, timeline=wanted.timeline))
        run_next("speak")
        spoken = decode_clip_event(clips.next())
    assert isinstance(spoken, ClipPart)
    assert spoken.draft
    assert [caption.draft for _, caption in stream(store)] == [True, True]


@pytest.mark.parametrize(
    ("message", "queue", "again"),
    [
        (lambda store: message_of(TRANSCRIBE, offered(store, JFK)), "translate", 1),
        (lambda _store: message_of(TRANSLATE, TRANSLATION), "speak", 0),
    ],
    ids=["transcribe", "translate"],
)
def test_work_goes_on_after_a_crash_and_is_not_doubled(
    store: redis.Redis,
    message: Callable[[redis.Redis], dramatiq.Message[Any]],
    queue: str,
    again: int,
) -> None:
    first, repetition = message(store), message(store)
    run(first)
    assert sent(store, queue) == 1
    run(first)  # the worker died before it could say that it had finished
    assert sent(store, queue) == 1 + again
    run(repetition)  # of those two, one
    assert sent(store, queue) == 1 + again
    assert len(stream(store)) == 1


def test_a_message_that_keeps_killing_its_worker_is_given_up(store: redis.Redis) -> None:
    message = message_of(TRANSCRIBE, offered(store, JFK))
    store.set(keys.attempts(message.message_id), MAX_ATTEMPTS)
    with listen(store, keys.clips_channel("bridge")) as clips:
        run(message)
        event = decode_clip_event(clips.next())
    assert isinstance(event, NoClip)
    assert event.languages == ["pt"]
    assert stream(store) == []


def test_who_must_be_told_of_a_failure() -> None:
    only_shown = msgspec.structs.replace(TRANSLATION, segment=segment(hear=[]))
    assert affected("transcribe", to_payload(segment()))[1] == ["pt"]
    assert affected("transcribe", to_payload(segment(final=False)))[1] == []
    assert affected("translate", to_payload(TRANSLATION))[1] == ["pt"]
    assert affected("translate", to_payload(only_shown))[1] == []


def test_a_caption_carries_where_it_belongs(store: redis.Redis) -> None:
    transcribe(offered(store, JFK, name="other.bo.7", room="other", speaker="bo", seq=7))
    found: Caption = stream(store)[0][1]
    assert (found.segment, found.room, found.speaker, found.seq) == ("other.bo.7", "other", "bo", 7)


def test_what_an_actor_has_made_outlives_a_restart_of_redis(server: RedisServer) -> None:
    with redis_server() as own:
        use_broker(own.url)
        own.stop()
        back = threading.Timer(BRIEF_SECONDS + 1.0, own.start)
        back.start()
        try:
            run(message_of(TRANSLATE, TRANSLATION))
        finally:
            back.join()
        with connect(own.url) as after:
            assert [caption.language for _, caption in stream(after)] == ["pt"]
            assert sent(after, "speak") == 1
    use_broker(server.url)


SENTENCE = "The committee met on Monday, and it agreed that the school would be closed before the end of the year."


def clause(number: int, words: int | None = None, **changes: Any) -> Translation:  # noqa: ANN401
    """The first words of a sentence, as they are sent on while it is being spoken; all of them: its end."""
    said = " ".join(SENTENCE.split()[:words])
    about = segment("room.anna.2", soon=["pt"])
    fields: dict[str, Any] = {"segment": about, "text": said, "target": "pt", "timeline": about.timeline}
    return Translation(**{**fields, "clause": number, "whole": words is None, "last": words is None, **changes})


def test_a_translation_grows_with_its_sentence_and_is_spoken_piece_by_piece(store: redis.Redis) -> None:
    with (
        listen(store, keys.captions_channel("room")) as channel,
        listen(store, keys.clips_channel("bridge")) as clips,
    ):
        for number, words in enumerate((5, 8, 14, None)):
            run(message_of(TRANSLATE, clause(number, words)))
        shown = captions(channel.waiting())
        while sent(store, "speak"):
            run_next("speak")
        parts = [decode_clip_event(data) for data in clips.waiting()]
    assert [caption.final for caption in shown] == [False, False, False, True]
    for shorter, longer in pairwise(shown):
        assert longer.text.startswith(shorter.text)
        assert longer.key == shorter.key
    assert [caption.text for _, caption in stream(store)] == [shown[-1].text]
    assert "reuniu" in shown[-1].text
    assert all(isinstance(part, ClipPart) for part in parts)
    pieces = sorted({part.piece for part in parts if isinstance(part, ClipPart)})
    assert pieces == list(range(len(pieces)))
    assert len(pieces) > 1, "the first is spoken while the sentence goes on"
    closing = [(part.piece, part.last_piece, part.last_sentence) for part in parts if isinstance(part, ClipPart)]
    assert [piece for piece, last, _ in closing if last] == [pieces[-1]] * closing.count((pieces[-1], True, True))


def test_what_comes_late_or_again_of_a_sentence_is_neither_shown_nor_spoken(store: redis.Redis) -> None:
    run(message_of(TRANSLATE, clause(1, 9)))
    spoken = sent(store, "speak")
    with listen(store, keys.captions_channel("room")) as channel:
        run(message_of(TRANSLATE, clause(0, 5)))
        run(message_of(TRANSLATE, clause(1, 9)))
        assert captions(channel.waiting()) == []
        run(message_of(TRANSLATE, clause(2)))
        run(message_of(TRANSLATE, clause(2)))
        run(message_of(TRANSLATE, clause(1, 12)))
        (final,) = captions(channel.waiting())
    assert final.final
    assert sent(store, "speak") == spoken + 1
    assert len(stream(store)) == 1


class Killed(BaseException):
    """The process is gone, as far as the message knows that is at work."""


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_piece_whose_worker_was_killed_as_it_sent_it_is_sent_with_the_next_and_spoken_once(
    store: redis.Redis, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    current = broker.current()
    deaths = iter([True])
    send: Callable[..., dramatiq.Message[Any]] = current.enqueue

    def enqueue(message: dramatiq.Message[Any], **options: Any) -> dramatiq.Message[Any]:  # noqa: ANN401
        if message.queue_name == "speak" and next(deaths, False):
            if at == "after":
                send(message, **options)
            raise Killed
        return send(message, **options)

    monkeypatch.setattr(current, "enqueue", enqueue)
    killed = message_of(TRANSLATE, clause(0, 14))
    with pytest.raises(Killed):
        run(killed)
    run(message_of(TRANSLATE, clause(1)))  # by another worker, before anybody notices the death
    run(killed)
    with listen(store, keys.clips_channel("bridge")) as clips:
        while sent(store, "speak"):
            run_next("speak")
        parts = [decode_clip_event(data) for data in clips.waiting()]
    firsts = [part.piece for part in parts if isinstance(part, ClipPart) and part.part == 0]
    assert firsts == list(range(len(firsts))), "each once, and in order"
    assert len(firsts) > 1
    assert all(isinstance(part, ClipPart) for part in parts)


def test_a_draft_comes_whole(store: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.engines().translation_for("en", "pt"), "draft", True)
    with listen(store, keys.captions_channel("room")) as channel:
        run(message_of(TRANSLATE, clause(0, 9)))
        assert captions(channel.waiting()) == []
        run(message_of(TRANSLATE, clause(1)))
        (final,) = captions(channel.waiting())
    assert (final.final, final.draft) == (True, True)


def test_a_sentence_that_is_not_believed_in_the_end_is_spoken_no_further(store: redis.Redis) -> None:
    with listen(store, keys.clips_channel("bridge")) as clips:
        run(message_of(TRANSLATE, clause(0, 9)))
        run(message_of(TRANSLATE, clause(1, spoken=False)))
        event = decode_clip_event(clips.waiting()[-1])
    assert isinstance(event, NoClip)
    assert (event.piece, event.last_piece, event.reason) == (sent(store, "speak"), True, "too uncertain to be spoken")
