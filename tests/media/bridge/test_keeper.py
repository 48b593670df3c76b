"""What the bridge keeps of a call: the voices of those who agree, from then on and until they do not, and no other."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
import redis.asyncio as aioredis
from msgspec.structs import replace

from app.auth.tokens import ParticipantMeta
from app.keeping import ogg
from app.media.audio.opus import FRAME, OpusEncoder, Pcm, resample
from app.media.audio.rtp import RTP_RATE
from app.media.audio.tap import Sounding
from app.media.bridge.config import MediaConfig
from app.media.bridge.dub import DubTrack
from app.media.bridge.keeper import Keeper
from app.media.bridge.metrics import Metrics
from app.media.bridge.playout import Due
from app.media.bridge.sender import RtpSender
from app.media.policy.interpreting import Pair
from app.media.policy.room import Dub, Keeping, Producer, Room
from ops.harness.redis_server import redis_server
from tasks.wire import keys
from tasks.wire.kept import PEAKS, STEPS, KeptChunk, unpack
from tasks.wire.messages import STT_RATE
from tests.media.audio.streams import pcm_of, tone
from tests.media.bridge.test_untranslated import ALIKE, LATER, OPEN, PRIVATE, Call, alike, call, silence
from tests.support.clips import clip

WITHIN = 15.0
"""Seconds in which what was said has been passed on."""


async def keep(one: Call, *people: str, since: float) -> None:
    """`web` says whose voices are kept, and the bridge has heard it."""
    keeping = {"call": "call-1", "since": since, "people": list(people), "trouble": False}
    await one.sfu.tell("keeping", {"room": "r", "keeping": keeping})
    await asyncio.sleep(0.1)  # it answers nothing


async def passed_on(redis: aioredis.Redis) -> list[KeptChunk]:
    """All that has been passed on so far."""
    found: Any = await redis.xrange(keys.KEPT)
    return [unpack(fields[b"c"]) for _, fields in found]


def sound_of(found: list[KeptChunk], speaker: str = "ana", language: str = "") -> Pcm:
    """A track as somebody hears it who plays it, 16 kHz."""
    packets = [packet for one in found if (one.speaker, one.language) == (speaker, language) for packet in one.packets]
    data, position = ogg.begin(1)
    data += ogg.pages(1, position, packets)
    with av.open(io.BytesIO(data), "r") as file:
        frames = [frame.to_ndarray().reshape(-1) for frame in file.decode(audio=0)]
    floats = np.concatenate(frames) if frames else np.zeros(0, np.float32)
    return resample((floats * 32767).astype(np.int16), RTP_RATE, STT_RATE)


async def until_kept(one: Call, recording: Pcm, times: int = 1) -> Pcm:
    """Wait until a recording has been kept so often; the track."""
    async with asyncio.timeout(WITHIN):
        while True:
            found = await passed_on(one.redis)
            track = sound_of(found) if found else np.zeros(0, np.int16)
            halves = np.array_split(track, times)
            if len(track) and all(np.mean(alike([half], recording)) > ALIKE for half in halves):
                return track
            await asyncio.sleep(0.2)


async def test_a_voice_is_kept_from_when_its_person_agrees_and_nothing_that_is_not_to_be_translated() -> None:
    before, secret, agreed = (pcm_of(name)[: 4 * STT_RATE] for name in (OPEN, PRIVATE, LATER))
    async with call(streams=False) as one:
        since = time.time()
        await keep(one, "bob", since=since)
        await one.say(before, silence(1.0))  # Ana has not answered yet
        await keep(one, "ana", "bob", since=since)
        await one.say(silence(0.2), agreed, silence(1.0))
        await one.keep(untranslated=True)
        await one.finals(2)  # so the bridge has heard of it
        await one.say(secret)  # which no SFU would send
        await keep(one, "bob", since=since)  # Ana takes it back
        await one.keep(untranslated=False)
        await one.say(silence(1.0), secret, silence(0.2))
        await keep(one, "ana", since=since)
        await one.say(silence(0.2), agreed, silence(0.5))
        track = await until_kept(one, agreed, times=2)
        assert max(alike([track], before)) < ALIKE
        assert max(alike([track], secret)) < ALIKE
        assert await one.redis.exists(keys.kept_alive("call-1"))
        assert {chunk.speaker for chunk in await passed_on(one.redis)} == {"ana"}


class Ana:
    """One track of hers, sent as a bridge sends dubs."""

    def __init__(self, keeper: Keeper, version: Dub | None = None, position: int = 12_345) -> None:
        self._keeper, self._version, self._position = keeper, version, position
        self._encoder = OpusEncoder()

    def play(self, sound: Pcm, at: float) -> None:
        """Let a sound at 48 kHz be heard from `at` on, epoch seconds."""
        for number in range(len(sound) // FRAME):
            frame = sound[number * FRAME : (number + 1) * FRAME]
            for data in self._encoder.encode(frame):
                packet = Sounding(data, self._position, at + number * FRAME / RTP_RATE, frame)
                self._keeper.keep("r", "ana", packet, self._version)
            self._position += FRAME


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with redis_server() as one:
        yield one.url


@pytest.fixture
async def redis(server: str) -> AsyncIterator[aioredis.Redis]:
    async with aioredis.Redis.from_url(server) as client:
        await client.flushall()
        yield client


@pytest.fixture
def room() -> Room:
    people = {"ana": ParticipantMeta(name="Ana", speak="en", read="en", hear="en")}
    return Room("r", people, keeping=Keeping("call-1", 1_000.0, ["ana"]))


@pytest.fixture
def keeper(redis: aioredis.Redis, room: Room) -> Keeper:
    return Keeper(redis, {"r": room}, lambda _: 1, Metrics())


async def test_a_track_is_placed_by_the_call_s_clock_and_shows_how_loud_it_is(
    keeper: Keeper, redis: aioredis.Redis
) -> None:
    ana = Ana(keeper)
    ana.play(tone(1.0), 1_002.0)
    ana.play(tone(1.0), 1_003.02)  # a little late: her clock counts
    ana.play(tone(1.0), 1_010.0)  # after a pause in which nothing came, nor did her clock go on
    await keeper.flush()
    (chunk,) = await passed_on(redis)
    starts = [packet.at / STEPS for packet in chunk.packets]
    assert starts[0] == pytest.approx(2.0, abs=0.01)
    assert starts[50] == pytest.approx(3.0, abs=0.02)
    assert starts[-1] == pytest.approx(10.96, abs=0.03)
    assert all(one.at + one.length <= two.at for one, two in zip(chunk.packets, chunk.packets[1:], strict=False))
    loud = [chunk.peaks_from + number for number, peak in enumerate(chunk.peaks) if peak > 100]
    assert (min(loud) / PEAKS, max(loud) / PEAKS) == pytest.approx((2.0, 10.9), abs=0.11)
    assert len(loud) == pytest.approx(30, abs=2)


async def test_of_two_versions_of_a_dub_one_is_kept_with_where_its_sentences_begin(
    keeper: Keeper, redis: aioredis.Redis
) -> None:
    soon, whole = Dub("pt"), Dub("pt", sentences=True)
    first, second = Ana(keeper, soon), Ana(keeper, whole)
    first.play(tone(0.1), 1_001.0)
    keeper.cue("r", "ana", soon, "ana-1", 1_001.1)
    first.play(tone(0.9), 1_001.1)
    second.play(tone(1.0, 900), 1_003.0)
    keeper.cue("r", "ana", whole, "ana-1", 1_003.0)
    await keeper.flush()
    (chunk,) = await passed_on(redis)
    assert chunk.language == "pt"
    assert chunk.packets[-1].at < 2 * STEPS
    assert [(cue.segment, cue.at) for cue in chunk.cues] == [("ana-1", round(1.1 * STEPS))]


async def test_what_redis_does_not_take_waits_and_what_is_lost_is_counted(
    redis: aioredis.Redis, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.media.bridge.keeper.WAITING_MOST", 2)
    away = aioredis.Redis(port=1, socket_connect_timeout=0.2)
    keeper = Keeper(away, {"r": room}, lambda _: 1, Metrics())
    ana = Ana(keeper)
    for second in range(4):
        ana.play(tone(1.0), 1_001.0 + second)
        await keeper.flush()
    keeper._redis = redis  # it is back
    ana.play(tone(1.0), 1_005.0)
    await keeper.flush()
    found = await passed_on(redis)
    assert [round(chunk.packets[0].at / STEPS) for chunk in found] == [4, 5]
    await away.aclose()
    assert sum(chunk.lost for chunk in found) + sum(track.lost for track in keeper._tracks.values()) == pytest.approx(
        3.0, abs=0.1
    )


async def test_nothing_is_kept_of_a_call_that_is_another_one_by_now(
    keeper: Keeper, room: Room, redis: aioredis.Redis
) -> None:
    ana = Ana(keeper)
    ana.play(tone(1.0), 1_001.0)
    room.keeping = Keeping("call-2", 1_100.0, ["ana"])
    ana.play(tone(1.0), 1_050.0)  # from before it began
    ana.play(tone(1.0), 1_102.0)
    await keeper.flush()
    found = {chunk.call: chunk for chunk in await passed_on(redis)}
    assert len(found["call-1"].packets) == pytest.approx(50, abs=1)
    assert [found["call-2"].packets[0].at / STEPS, len(found["call-2"].packets)] == pytest.approx([2.0, 50], abs=1.1)
    room.keeping = None
    ana.play(tone(1.0), 1_200.0)
    await keeper.flush()
    await keeper.flush()
    assert len(await passed_on(redis)) == len(found)


async def test_a_dub_tells_when_was_said_what_it_says_and_none_is_kept_from_before_the_call(
    keeper: Keeper, room: Room, redis: aioredis.Redis
) -> None:
    now = time.time()
    room.keeping = Keeping("call-1", now - 4, ["ana"])
    services: Any = SimpleNamespace(
        config=MediaConfig(), fence=lambda _room: 1, redis=redis, keeper=keeper, metrics=Metrics()
    )
    track = DubTrack(services, "r", "ana", Dub("pt"))
    track._sender = RtpSender(9, 1, track._keep)  # where nobody listens
    track.set_live(live=True)
    for number, begun in enumerate((now - 6, now - 3)):
        part = replace(clip(f"{number}.0.0|", begun + 1), key=f"clip-{number}", rate=RTP_RATE)
        part = replace(part, timeline=replace(part.timeline, speech_start=begun))
        await redis.set(part.key, tone(0.5).tobytes())
        await track._play(Due(part, 1.0, begins=part.timeline))
    track._sender.close()
    await keeper.flush()
    (chunk,) = await passed_on(redis)
    said = [packet.said for packet in chunk.packets if packet.said is not None]
    assert len(said) == len(chunk.packets) == pytest.approx(25, abs=4)
    assert all(one / STEPS == pytest.approx(1.0, abs=0.01) for one in said)


async def test_who_interprets_is_kept_only_while_all_whose_words_they_say_agree(
    keeper: Keeper, room: Room, redis: aioredis.Redis
) -> None:
    room.people["bob"] = ParticipantMeta(name="Bob", speak="pt", read="pt", hear="pt")
    room.producers["p-bob"] = Producer("p-bob", "bob", "audio", "original")
    room.interpret(Pair("pt", "en"), "ana")
    ana = Ana(keeper)
    ana.play(tone(1.0), 1_001.0)  # what Bob said, who has not agreed
    Ana(keeper, Dub("vi")).play(tone(1.0), 1_001.0)  # and its relay
    room.keeping = Keeping("call-1", 1_000.0, ["ana", "bob"])
    ana.play(tone(1.0), 1_003.0)
    room.keeping = Keeping("call-1", 1_000.0, ["ana"])
    ana.play(tone(1.0), 1_005.0)
    room.interpret(Pair("pt", "en"), None)
    ana.play(tone(1.0), 1_007.0)  # her own words
    await keeper.flush()
    (chunk,) = await passed_on(redis)
    assert {packet.at // STEPS for packet in chunk.packets} == {3, 7}
