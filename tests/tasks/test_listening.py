"""Speech heard as a stream: the actor in this process, on a real Redis with the real model."""

from __future__ import annotations

import time
from itertools import pairwise, zip_longest

import pytest
import redis

from ops.harness.recordings import Recording, by_language, recordings
from ops.harness.redis_server import RedisServer
from ops.harness.wer import corpus_wer
from tasks import broker, serving, streams
from tasks.actors.listen import MOST_OWNERS, listen
from tasks.adoption import DEAD_AFTER_SECONDS, AdoptionThread
from tasks.cuts import MAX_SENTENCE_SECONDS
from tasks.engines.stt.whisper.pace import Pace
from tasks.utterances import utterances
from tasks.wire import keys
from tasks.wire.messages import STT_RATE, NoClip, decode_clip_event
from tests.support.channels import captions, stream
from tests.support.channels import listen as listening
from tests.tasks.in_thread import run_next, sent
from tests.tasks.streamed import Offering, asks

CLIP = by_language("vi")[-1]
PCM = CLIP.pcm()
HOUSE = "Mặc dù có ba người ở trong nhà khi chiếc xe đâm vào nhưng không ai bị thương."

pytestmark = pytest.mark.usefixtures("engines")


def offering(server: RedisServer, pcm: bytes = PCM, owner: str | None = None) -> Offering:
    current = broker.current()
    return Offering(server.url, pcm, owner or current.worker, current)


def test_interims_only_grow_and_the_final_is_what_the_whole_gives(store: redis.Redis, server: RedisServer) -> None:
    offers = offering(server)
    with listening(store, keys.captions_channel("room")) as channel:
        for ask in asks(PCM):
            offers.offer(ask)
            listen(ask)
        *interims, final = captions(channel.waiting())
    assert len(interims) > 5
    assert not any(caption.final for caption in interims)
    for shorter, longer in pairwise([*interims, final]):
        assert longer.text.startswith(shorter.text)
    assert (final.text, final.final) == (HOUSE, True)
    assert [caption.text for _, caption in stream(store)] == [HOUSE]
    assert store.keys("jbc:sound:*") == store.keys("jbc:listened:*") == store.keys("jbc:owned:*") == []


def test_only_what_is_new_is_written_down(
    store: redis.Redis, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[streams.Heard] = []
    commit = streams.commit

    def counted(client: redis.Redis, segment: str, owner: str, heard: streams.Heard) -> bool:
        written.append(heard)
        return commit(client, segment, owner, heard)

    monkeypatch.setattr(streams, "commit", counted)
    offers, steps = offering(server), list(asks(PCM))[:-2]
    for ask in steps:
        offers.offer(ask)
        listen(ask)
    assert [len(heard.words) for heard in written] == sorted(len(heard.words) for heard in written)
    words = len({len(heard.words) for heard in written})
    assert words <= len(written) <= 2 * words, "the words, and what was told of them"
    before, current = len(written), broker.current()
    for _ in range(5):
        listen(steps[-1])
    assert len(written) == before, "asks that bring no new sound"
    stored = streams.load(store, steps[0].id)
    assert stored is not None
    monkeypatch.setattr(streams, "load", lambda *_: stored)  # read just before another took it over
    streams.adopt(store, steps[0].id, current.worker, "other")
    monkeypatch.setattr("tasks.actors.listen._tell", lambda *_: pytest.fail("it is another's"))
    listen(steps[-1])


def test_two_who_speak_at_once_are_both_followed(
    store: redis.Redis, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.steps.identifier", lambda _language: pytest.fail("Whisper knows many languages"))
    monkeypatch.setattr(Pace, "every", lambda _self, _utterance, quickest, _slowest: quickest)  # however busy it is
    clips = [recordings()["en_LJ001-0011"], recordings()["pt_fleurs_002"]]
    streams_of = [
        (offering(server, clip.pcm()), asks(clip.pcm(), f"s-{clip.language}", language=clip.language)) for clip in clips
    ]
    with listening(store, keys.captions_channel("room")) as channel:
        for step in zip_longest(*(steps for _, steps in streams_of)):
            for (offers, _), ask in zip(streams_of, step, strict=True):
                if ask is not None:
                    offers.offer(ask)
                    listen(ask)
        shown = captions(channel.waiting())
    for clip in clips:
        *growing, final = [caption for caption in shown if caption.language == clip.language]
        assert final.final
        assert len(growing) > 2
        for shorter, longer in pairwise([*growing, final]):
            assert longer.text.casefold().startswith(shorter.text.casefold())
        assert corpus_wer([(clip.text, final.text)], clip.language) < 0.5, "others would be nearer one"


def test_the_last_words_are_ready_when_the_pause_has_lasted(store: redis.Redis, server: RedisServer) -> None:
    offers = offering(server)
    *growing, final = asks(PCM)
    for ask in growing:
        offers.offer(ask)
        listen(ask)
    offers.offer(final)
    used = time.process_time()
    listen(final)
    used = time.process_time() - used
    assert [caption.text for _, caption in stream(store)] == [HOUSE]
    assert used < 0.1, "seconds of processor time"


def test_an_utterance_goes_on_with_another_worker_where_its_own_has_died(
    store: redis.Redis, server: RedisServer
) -> None:
    offers = offering(server)
    steps = list(asks(PCM, hear=["en"]))
    with listening(store, keys.captions_channel("room")) as channel:
        for ask in steps[:8]:
            offers.offer(ask)
            listen(ask)
        shown = captions(channel.waiting())[-1].text
        before, current = broker.current().worker, broker.current()
        current.worker = "successor"  # as this process was killed, and another came
        utterances.forget(steps[0].id)
        for ask in steps[8:]:  # unanswered
            assert offers.offer(ask) == before
        adoption = AdoptionThread(current, "successor", serving.engines().streams)
        assert adoption.look(0.0) == 1, "without a heartbeat it is dead"
        assert (store.hget(keys.listened(steps[0].id), "owner"), streams.owners(store)) == (b"successor", ["successor"])
        assert sent(store, "stt.successor") == 1
        listen(steps[-1])
        (final,) = captions(channel.waiting())
    assert final.text == HOUSE
    assert HOUSE.startswith(shown)
    listen(steps[-1])
    assert len(stream(store)) == 1


def test_a_worker_that_lives_is_left_its_segments_until_its_heartbeats_end(
    store: redis.Redis, server: RedisServer
) -> None:
    ask = next(asks(PCM))
    offering(server, owner="slow").offer(ask)
    adoption = AdoptionThread(broker.current(), broker.current().worker, lambda: ["vi"])
    store.set(keys.heartbeat("slow"), b"1")
    assert adoption.look(0.0) == 0
    store.set(keys.heartbeat("slow"), b"2")
    assert adoption.look(DEAD_AFTER_SECONDS + 0.1) == 0
    assert adoption.look(2 * DEAD_AFTER_SECONDS + 0.3) == 1


def test_what_this_worker_does_not_hear_is_left_to_others(store: redis.Redis, server: RedisServer) -> None:
    offering(server, owner="gone").offer(next(asks(PCM)))
    assert AdoptionThread(broker.current(), "other", lambda: ["en"]).look(0.0) == 0
    assert streams.owners(store) == ["gone"]


def test_a_worker_whose_segment_was_taken_over_adds_nothing(store: redis.Redis, server: RedisServer) -> None:
    offers = offering(server)
    steps = list(asks(PCM))
    offers.offer(steps[0])
    listen(steps[0])
    streams.adopt(store, steps[0].id, broker.current().worker, "other")
    offers.offer(steps[-1])
    listen(steps[-1])
    assert stream(store) == []
    assert not streams.commit(store, steps[0].id, broker.current().worker, streams.Heard(samples=9))


def test_sound_that_is_lost_and_speech_that_kills_workers_give_no_caption_and_say_so(
    store: redis.Redis, server: RedisServer
) -> None:
    lost, deadly = list(asks(PCM, "lost", hear=["en"]))[-1], list(asks(PCM, "deadly", hear=["en"]))[-1]
    for ask in (lost, deadly):
        offering(server).offer(ask)
    store.delete(keys.sound("lost"))
    store.hset(keys.listened("deadly"), "adopted", str(MOST_OWNERS))
    with listening(store, keys.clips_channel("bridge")) as clips:
        listen(lost)
        listen(deadly)
        events = [decode_clip_event(clips.next()) for _ in range(2)]
    assert all(isinstance(event, NoClip) and event.languages == ["en"] for event in events)
    assert stream(store) == []


def test_a_final_transcript_is_sent_on(store: redis.Redis, server: RedisServer) -> None:
    offers, final = offering(server), list(asks(PCM, read=["en"]))[-1]
    offers.send(final)
    run_next(keys.own_queue(broker.current().worker))
    assert sent(store, "translate") == 1
    assert store.ttl(f"dramatiq:{keys.own_queue(broker.current().worker)}.msgs") > 0 or not store.exists(
        f"dramatiq:{keys.own_queue(broker.current().worker)}.msgs"
    )


@pytest.mark.parametrize("clip", [by_language("en")[0], by_language("pt")[0]], ids=lambda clip: clip.id)
def test_another_language_is_said_to_be_spoken_and_not_made_into_words(
    store: redis.Redis, server: RedisServer, clip: Recording
) -> None:
    offers = offering(server, clip.pcm())
    with (
        listening(store, keys.captions_channel("room")) as channel,
        listening(store, keys.clips_channel("bridge")) as told,
    ):
        for ask in asks(clip.pcm(), hear=["en"]):
            offers.offer(ask)
            listen(ask)
        (caption,) = captions(channel.waiting())
        event = decode_clip_event(told.next())
    assert (caption.text, caption.final, caption.spoken) == ("", False, clip.language)
    assert isinstance(event, NoClip)
    assert stream(store) == []


def test_vietnamese_is_not_asked_about(
    store: redis.Redis, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.steps.identifier", lambda _language: pytest.fail("asked"))
    for number, clip in enumerate(by_language("vi")):
        offers = offering(server, clip.pcm())
        for ask in asks(clip.pcm(), f"vi-{number}"):
            offers.offer(ask)
            listen(ask)
    assert len(stream(store)) == len(by_language("vi"))


def test_a_chunk_costs_the_same_at_the_first_second_and_at_the_sixtieth(
    store: redis.Redis, server: RedisServer
) -> None:
    minute = (by_language("vi")[0].pcm() + PCM) * 10
    minute = minute[: 2 * 60 * STT_RATE]
    offers, used = offering(server, minute), []
    for ask in asks(minute):
        if ask.paused:
            break
        offers.offer(ask)
        began = time.process_time()
        listen(ask)
        used.append(time.process_time() - began)
    assert len(used) > 140
    early, late = (min(some) for some in (used[5:35], used[-30:]))  # what others on this machine do only adds
    share = sum(used) / 60
    print(f"processor time a chunk: {1000 * early:.0f} ms early, {1000 * late:.0f} ms late; {share:.3f} s a second")
    assert late < 1.5 * early
    lengths = [caption.timeline.speech_end - caption.timeline.speech_start for _, caption in stream(store)]
    assert len(lengths) >= 2, "sentences end at pauses, or after a while"
    assert max(lengths) <= MAX_SENTENCE_SECONDS + 1
