"""Transcription over a WebSocket, with the real model."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app.media.audio.opus import FRAME, OpusEncoder, resample
from app.speech_api.growing_sentences import GrowingSentences, Sentence
from app.speech_api.records import SpeechRecord
from app.speech_api.streaming import Stream
from app.speech_api.transcription import Wanted
from ops.harness.recordings import RATE, by_language, recordings
from ops.harness.web_server import WebServer
from ops.harness.wer import wer
from tasks.wire.requests import SpokenWord, Transcribed

pytestmark = pytest.mark.usefixtures("worker")

JFK = recordings()["en_jfk_stereo44k"]


@pytest.fixture
def address(web: WebServer) -> str:
    return f"ws://127.0.0.1:{web.port}/api/v1/transcribe/stream"


def begin(socket: ClientConnection, **fields: object) -> dict[str, Any]:
    socket.send(json.dumps(fields))
    answer: dict[str, Any] = json.loads(socket.recv(timeout=20))
    return answer


def as_browsers_do(key: str) -> list[Subprotocol]:
    """The key where a page's script can put it."""
    return [Subprotocol("jbcalling"), Subprotocol(f"key.{key}")]


def rest(socket: ClientConnection) -> list[dict[str, Any]]:
    """Every message until the server closes."""
    found = []
    try:
        while True:
            found.append(json.loads(socket.recv(timeout=60)))
    except ConnectionClosed:
        return found


def spelled(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def test_pcm_becomes_captions_that_grow_and_settle(address: str, key: str) -> None:
    pcm = JFK.pcm() + bytes(2 * RATE)
    with connect(address, additional_headers={"authorization": f"Bearer {key}"}) as socket:
        assert begin(socket, language="en") == {"type": "ready"}
        for at in range(0, len(pcm), 6_401):  # frames may cut a sample in two
            socket.send(pcm[at : at + 6_401])
        socket.send('{"type": "end"}')
        messages = rest(socket)
        assert socket.close_code == 1000
    finals = [one for one in messages if one["type"] == "final"]
    assert wer(JFK.text, " ".join(one["text"] for one in finals), "en") < 0.15
    assert sorted({one["segment"] for one in finals}) == list(range(finals[-1]["segment"] + 1))
    assert messages[-1]["type"] == "end"
    assert messages[-1]["seconds"] == pytest.approx(len(pcm) / 2 / RATE, abs=0.01)
    for one in messages:
        if one["type"] == "interim":
            final = next(final for final in finals if final["id"] == one["id"])
            assert messages.index(one) < messages.index(final)
            assert spelled(final["text"]).startswith(spelled(one["text"])), "nothing that was sent is taken back"


def test_sentences_grow_and_are_over_one_by_one_while_somebody_speaks_on(address: str, key: str) -> None:
    clips = [clip for clip in by_language("en") if clip.id.startswith("en_LJ")][:3]
    pcm = b"".join(clip.pcm() for clip in clips) + bytes(2 * RATE)
    step = RATE // 5 * 2
    with connect(address, additional_headers={"authorization": f"Bearer {key}"}) as socket:
        assert begin(socket, language="en", words=True) == {"type": "ready"}
        for at in range(0, len(pcm), step):
            socket.send(pcm[at : at + step])
            time.sleep(0.1)  # twice as fast as it is spoken
        socket.send('{"type": "end"}')
        *messages, end = rest(socket)
    finals = [one for one in messages if one["type"] == "final"]
    assert wer(" ".join(clip.text for clip in clips), " ".join(one["text"] for one in finals), "en") < 0.2
    assert len({one["id"] for one in finals}) == len(finals), "each once"
    places = [(one["segment"], one["sentence"]) for one in finals]
    assert places == sorted(places)
    assert [one["id"] for one in finals] == [f"{seq}.{number}" if number else str(seq) for seq, number in places]
    times = [moment for one in finals for moment in (one["start"], one["end"])]
    assert times == sorted(times), "one after the other"
    assert times[-1] <= end["seconds"]
    growing = [one for one in messages if one["type"] == "interim"]
    assert growing
    for one in growing:
        (final,) = [final for final in finals if final["id"] == one["id"]]
        assert messages.index(one) < messages.index(final)
        assert spelled(final["text"]).startswith(spelled(one["text"])), "nothing that was sent is taken back"
    heard = " ".join(word["text"] for one in finals for word in one.get("words", ()))
    assert wer(heard, " ".join(one["text"] for one in finals), "en") < 0.1, "but for what was spelled otherwise before"


async def test_a_client_that_reads_nothing_more_holds_no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    telling = asyncio.Event()

    async def ask(*_: object) -> Transcribed:
        return answer("We met on Monday")

    async def send(_message: dict[str, Any]) -> None:
        telling.set()
        await asyncio.Event().wait()

    class Source:
        async def records(self) -> AsyncIterator[tuple[SpeechRecord, bytes]]:
            for revision in range(2):
                yield SpeechRecord(kind="speech", final=False, revision=revision), b""
                await asyncio.sleep(0.01)
            await asyncio.Event().wait()

    monkeypatch.setattr("app.speech_api.streaming.ask", ask)
    workers: Any = None  # `ask` is scripted
    source: Any = Source()
    running = asyncio.create_task(Stream(workers, source, Wanted("en"), send).run())
    await asyncio.wait_for(telling.wait(), 10)
    running.cancel()
    await asyncio.wait_for(asyncio.gather(running, return_exceptions=True), 10)


async def test_sentences_follow_each_other_whatever_times_a_later_hypothesis_gives_their_words() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    nothing: Any = None  # it only tells
    stream = Stream(nothing, nothing, Wanted("en"), send)
    record = SpeechRecord(kind="speech", speech_start=0.0, speech_end=9.0)
    words = (slice(0, 5), slice(3, 6), None)
    found = [Sentence(number, "We met.", over=True, words=span) for number, span in enumerate(words)]
    await stream._tell(record, answer("Then we all met on Monday"), found)
    assert [(caption["start"], caption["end"]) for caption in sent] == [(0.0, 5.0), (5.0, 6.0), (6.0, 9.0)]


def answer(text: str) -> Transcribed:
    """What so much was heard as, a second a word."""
    words = [SpokenWord(text=word, start=at, end=at + 1, probability=1.0) for at, word in enumerate(text.split())]
    return Transcribed(
        text=text, language="en", confidence=1.0, reason="", settled=True, engine="scripted", words=words
    )


def test_a_sentence_is_over_when_the_next_has_begun_and_short_ones_begin_it() -> None:
    sentences = GrowingSentences()

    def told(found: list[Sentence]) -> list[tuple[int, str, bool, slice | None]]:
        return [(one.number, one.text, one.over, one.words) for one in found]

    assert told(sentences.grown(answer("Yes. We met on"))) == [], "one hypothesis is none"
    assert told(sentences.grown(answer("Yes. We met on Monday. It"))) == [(0, "Yes. We met on", False, slice(0, 4))]
    assert told(sentences.grown(answer("Yes. We met on Monday. It rained all"))) == [
        (0, "Yes. We met on Monday.", True, slice(0, 5)),
        (1, "It", False, slice(5, 6)),
    ]
    assert told(sentences.grown(answer("Yes. We met on Monday. It rained"))) == [(1, "It rained", False, slice(5, 7))]
    assert told(sentences.finished(answer("Yes, we met on Monday, it rained all day. Then we left. Bye."))) == [
        (1, "it rained all day.", True, slice(5, 9)),
        (2, "Then we left.", True, slice(9, 12)),
        (3, "Bye.", True, slice(12, 13)),
    ]
    assert told(GrowingSentences().finished(answer(""))) == []


def test_a_full_stop_that_is_heard_at_last_takes_no_shown_word_to_the_next_sentence() -> None:
    sentences = GrowingSentences()
    for _ in range(2):
        found = sentences.grown(answer("We met on Monday and"))
    assert [one.text for one in found] == ["We met on Monday and"]
    assert [one.text for one in sentences.finished(answer("We met on Monday. And it rained. Then we left."))] == [
        "We met on Monday. And it rained.",
        "Then we left.",
    ]


def test_each_utterance_of_a_stream_has_its_language(address: str, key: str) -> None:
    pcm = JFK.pcm()[: int(2.3 * RATE) * 2] + bytes(4 * RATE) + recordings()["pt_fleurs_002"].pcm() + bytes(2 * RATE)
    with connect(address, additional_headers={"authorization": f"Bearer {key}"}) as socket:
        assert begin(socket) == {"type": "ready"}
        for at in range(0, len(pcm), 6_400):
            socket.send(pcm[at : at + 6_400])
        socket.send('{"type": "end"}')
        finals = [one for one in rest(socket) if one["type"] == "final"]
    assert finals[0]["language"] == "en"
    assert {one["language"] for one in finals[1:]} == {"pt"}
    assert "carro" in " ".join(one["text"] for one in finals)


def test_opus_packets_become_captions(address: str, key: str) -> None:
    encoder = OpusEncoder()
    samples = resample(np.frombuffer(JFK.pcm(), "<i2"), RATE, 48_000)
    with connect(address, subprotocols=as_browsers_do(key)) as socket:
        assert socket.subprotocol == "jbcalling"
        assert begin(socket, language="en", format="opus") == {"type": "ready"}
        for at in range(0, len(samples) - FRAME, FRAME):
            for packet in encoder.encode(samples[at : at + FRAME]):
                socket.send(packet)
        socket.send('{"type": "end"}')
        finals = [one for one in rest(socket) if one["type"] == "final"]
    assert wer(JFK.text, " ".join(one["text"] for one in finals), "en") < 0.15


def test_a_client_that_leaves_in_the_middle_takes_nothing_along(address: str, key: str, web: WebServer) -> None:
    for _ in range(10):  # more than may run at once
        with connect(address, subprotocols=as_browsers_do(key)) as socket:
            assert begin(socket, language="en") == {"type": "ready"}
            socket.send(JFK.pcm()[:64_000])
    assert web.running


@pytest.mark.parametrize(
    ("first", "code", "close"),
    [
        ({"language": "xx"}, "language", 4400),
        ({"format": "mp3"}, "invalid_request", 4400),
        ({"language": "x" * 5_000}, "frame_too_large", 4413),
    ],
)
def test_a_stream_that_cannot_begin_says_why(
    address: str, key: str, first: dict[str, str], code: str, close: int
) -> None:
    with connect(address, subprotocols=as_browsers_do(key)) as socket:
        answer = begin(socket, **first)
        assert (answer["type"], answer["code"]) == ("error", code)
        assert rest(socket) == []
        assert socket.close_code == close


@pytest.mark.parametrize("subprotocols", [None, as_browsers_do("wrong"), as_browsers_do("jbc_0_0")])
def test_who_has_no_key_is_sent_away_before_anything_is_read(
    address: str, subprotocols: list[Subprotocol] | None
) -> None:
    """Sixty megabytes in a first message were once taken in to look for the key in them."""
    with connect(address, subprotocols=subprotocols, max_size=None) as socket:
        (told,) = rest(socket)  # without a word from here
        assert (told["type"], told["code"]) == ("error", "invalid_api_key")
        assert socket.close_code == 4401


@pytest.mark.parametrize("message", ['{"type": "dance"}', "no json", bytes(65_537)])
def test_what_cannot_be_read_ends_the_stream(address: str, key: str, message: str | bytes) -> None:
    with connect(address, subprotocols=as_browsers_do(key)) as socket:
        assert begin(socket)["type"] == "ready"
        socket.send(message)
        (error,) = rest(socket)
        assert error["type"] == "error"
        assert socket.close_code in {4400, 4413}
