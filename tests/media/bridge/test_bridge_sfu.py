"""The bridge between a real SFU and a real Redis; the test plays the worker."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request

import numpy as np
import pytest

from app.media.audio.opus import Pcm, resample
from app.media.audio.recording import read_recording
from app.media.bridge.recorded_speaker import FOLDER
from tasks.wire import keys
from tests.media.bridge.world import ROOM, SPEAKER, World, listen, world

DUB = f"dub:{SPEAKER}:pt"
HURRIED = 0.8
"""Seconds that a second of a clip sounds at least: one that has waited for another comes faster."""


def likeness(heard: Pcm, original: Pcm) -> float:
    """The best normalised correlation of what was heard with any stretch of the original."""
    spectrum_size = 1 << (len(heard) + len(original)).bit_length()
    x, y = heard.astype(np.float64), original.astype(np.float64)
    cross = np.fft.irfft(np.fft.rfft(y, spectrum_size) * np.conj(np.fft.rfft(x, spectrum_size)), spectrum_size)
    at = int(np.argmax(cross[: len(y) - len(x)]))
    stretch = y[at : at + len(x)]
    return float(cross[at] / (np.linalg.norm(x) * np.linalg.norm(stretch)))


def pitch(samples: Pcm) -> float:
    """The strongest frequency, Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * 16_000 / len(samples))


def tone(frequency: float) -> Pcm:
    """One second, 22050 Hz."""
    return np.asarray(9_000 * np.sin(2 * np.pi * frequency * np.arange(22_050) / 22_050), np.int16)


async def fetch(url: str) -> str:
    def get() -> str:
        with urllib.request.urlopen(url, timeout=5) as answer:
            body: bytes = answer.read()
            return body.decode()

    return await asyncio.to_thread(get)


async def test_a_recorded_speaker_is_segmented_and_dubbed() -> None:
    async with world() as one, one.visitor() as visitor:
        joined = time.monotonic()
        segment = await one.final()
        assert time.monotonic() - joined < 5, "a visitor must get a first result within seconds"
        assert (segment.room, segment.speaker, segment.seq) == (ROOM, SPEAKER, 0)
        assert (segment.language, segment.read, segment.hear) == ("en", ["pt"], ["pt"])
        assert 0.3 < segment.timeline.closed - segment.timeline.speech_end < 0.9

        pcm = await one.redis.get(keys.pcm(segment.id, segment.revision))
        assert isinstance(pcm, bytes)
        heard = np.frombuffer(pcm, "<i2")
        assert len(heard) == segment.samples
        original = resample(read_recording(FOLDER / "demo-en.flac"), 48_000, 16_000)
        middle = len(heard) // 2
        assert likeness(heard[middle - 8_000 : middle + 8_000].astype(np.int16), original) > 0.8

        dubbed = await visitor.event("producerAdded", lambda p: p["track"] == "dubbed")
        assert (dubbed["participant"], dubbed["label"]) == (SPEAKER, "pt")
        async with one.ears(dubbed["producerId"]) as ears:
            await one.clip(segment, np.split(tone(700), [5_001, 12_345]), 22_050)
            sound = await listen(ears, 0.9)
        assert abs(pitch(sound[2_000:12_000]) - 700) < 5
        powers = np.mean(np.square(sound[2_000:12_080].astype(float)).reshape(-1, 80), axis=1)
        assert powers.min() > powers.mean() / 2, "nothing is heard of where its pieces join"

        report = json.loads(await fetch(f"http://127.0.0.1:{one.settings.bridge_port}/health"))
        assert (report["status"], report["taps"], report["dubbed_tracks"]) == ("ok", 1, 1)
        metrics = await fetch(f"http://127.0.0.1:{one.settings.bridge_port}/metrics")
        assert 'jbc_lag_seconds_count{stage="total"} 1.0' in metrics


async def test_speech_goes_to_the_worker_that_hears_it_as_a_stream_as_it_comes() -> None:
    async with world() as one:
        one.streams = ["en"]
        async with one.visitor():
            asked = [await asyncio.wait_for(one.segments.get(), 15)]
            while not asked[-1].final:
                asked.append(await asyncio.wait_for(one.segments.get(), 15))
        ends = [ask.samples for ask in asked]
        assert len({ask.id for ask in asked}) == 1
        assert ends == sorted(ends)
        assert len(asked) > 2
        assert ends[0] < ends[-1] / 2, "the first comes long before it is over, however busy the machine is"
        assert set(one.queues[: len(asked)]) == {"stt.w"}
        assert await one.redis.strlen(keys.sound(asked[-1].id)) == 2 * asked[-1].samples
        assert await one.redis.keys("jbc:pcm:*") == []


async def test_dead_workers_put_listeners_back_on_the_original_until_they_return() -> None:
    async with world() as one, one.visitor() as visitor:
        await visitor.rung(DUB, None)
        dubbed = await visitor.event("producerAdded", lambda p: p["track"] == "dubbed")
        one.working.clear()
        died = time.monotonic()
        paused = await visitor.event("producerPaused")
        assert paused["producerId"] == dubbed["producerId"]
        assert time.monotonic() - died < 1.8
        payload = await visitor.rung(DUB, "workers_silent")
        assert payload["level"] == "original"
        one.working.set()
        await visitor.event("producerResumed", lambda p: p["producerId"] == dubbed["producerId"])
        assert (await visitor.rung(DUB, None))["level"] == "voice"


async def test_nothing_is_synthesised_that_could_not_be_heard() -> None:
    async with world() as one, one.visitor() as visitor:
        one.spoken = []
        await visitor.rung(DUB, "no_voice")
        while (segment := await one.final()).hear:
            pass  # closed before the voice went away
        assert segment.read == ["pt"], "it is still read"
        one.spoken = ["pt"]
        await visitor.rung(DUB, None)
        while not (segment := await one.final()).hear:
            pass
        assert segment.hear == ["pt"]


async def test_a_draft_is_heard_by_those_alone_who_want_that() -> None:
    async with world() as one, one.visitor() as strict, one.visitor("visitor-2", hear_drafts=True) as eager:
        one.drafts = ["en>pt"]
        assert (await strict.rung(DUB, "draft_only"))["level"] == "translated_captions"
        assert (await eager.rung(f"{DUB}:drafts", "draft_spoken"))["level"] == "voice"
        with_drafts = await eager.event("producerAdded", lambda p: p["label"] == "pt:drafts")
        while not (segment := await one.final()).hear_drafts:
            pass  # closed before anybody's track was there
        assert (segment.hear, segment.hear_drafts) == (["pt"], ["pt"])
        one.drafts = []  # now there is a translator for it: everybody hears that
        await strict.rung(DUB, None)
        await eager.rung(f"{DUB}:drafts", None)
        without = await strict.event("producerAdded", lambda p: p["label"] == "pt")
        both = await one.final()
        async with one.ears(without["producerId"]) as strict_ears, one.ears(with_drafts["producerId"]) as eager_ears:
            await one.clip(both, [tone(700)], 22_050, draft=True)
            assert abs(pitch((await listen(eager_ears, HURRIED))[2_000:12_000]) - 700) < 5
            following = await one.final()
            await one.clip(following, [tone(500)], 22_050)
            heard = [await listen(ears, HURRIED) for ears in (strict_ears, eager_ears)]
        assert [abs(pitch(sound[2_000:12_000]) - 500) < 5 for sound in heard] == [True, True]


async def test_pieces_are_heard_as_they_come_and_by_who_wants_whole_sentences_when_all_are_there() -> None:
    async with world() as one, one.visitor() as eager, one.visitor("visitor-2", whole_sentences=True) as patient:
        soon = await eager.event("producerAdded", lambda p: p["label"] == "pt")
        whole = await patient.event("producerAdded", lambda p: p["label"] == "pt:sentences")
        while not (segment := await one.final()).hear:
            pass  # closed before anybody's track was there
        assert (segment.hear, segment.soon) == (["pt"], ["pt"])
        assert segment.at(segment.lead) == segment.timeline.speech_start
        assert 0 <= segment.lead < 1
        async with one.ears(soon["producerId"]) as eager_ears, one.ears(whole["producerId"]) as patient_ears:
            await one.clip(segment, [tone(500)], 22_050, more=True)
            first = await listen(eager_ears, 0.3)
            assert patient_ears.empty()
            await one.clip(segment, [tone(700)], 22_050, piece=1)
            sounds = [np.concatenate([first, await listen(eager_ears, 1.5)]), await listen(patient_ears, 1.8)]
    for sound in sounds:
        assert [round(pitch(part), -1) for part in (sound[3_000:12_000], sound[20_000:28_000])] == [500, 700]


async def test_a_segment_says_how_late_it_may_be_dubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYOUT_MAX_LAG", "20")
    async with world() as one, one.visitor():
        assert (await one.final()).max_lag == 20


async def test_a_redis_outage_is_told_and_survived() -> None:
    async with world() as one, one.visitor() as visitor:
        await visitor.rung(DUB, None)
        await visitor.event("producerAdded", lambda p: p["track"] == "dubbed")
        first = await one.final()
        one.redis_server.stop()
        await visitor.rung(DUB, "broker_gone")
        await visitor.event("producerPaused")
        one.redis_server.start()
        await visitor.event("producerResumed")
        after = await one.final()
        assert after.seq == first.seq + 1, "what was said during the outage is not lost"
        await one.no_clip(first)


async def test_the_bridge_comes_back_after_the_sfu_was_killed() -> None:
    async with world() as one:
        async with one.visitor():
            await one.final()
            one.sfu.kill()
        await asyncio.to_thread(one.sfu.start)
        await one_final_of_a_new_visit(one)


async def one_final_of_a_new_visit(one: World) -> None:
    async with one.visitor() as visitor:
        while not one.segments.empty():
            one.segments.get_nowait()
        segment = await one.final()
        assert segment.speaker == SPEAKER
        await visitor.rung(DUB, None)


async def test_the_bridge_stops_quickly_and_leaves_nothing_behind() -> None:
    async with world() as one, one.visitor() as visitor:
        dubbed = await visitor.event("producerAdded", lambda p: p["track"] == "dubbed")
        stopping = time.monotonic()
        one.bridge_task.cancel()
        await asyncio.wait([one.bridge_task])
        assert time.monotonic() - stopping < 2
        await visitor.event("producerRemoved", lambda p: p["producerId"] == dubbed["producerId"])
        await visitor.event("participantLeft", lambda p: p["id"] == SPEAKER)
        assert (await visitor.event("bridge", lambda b: b["state"] == "down"))["state"] == "down"
