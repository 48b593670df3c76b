"""What `make monologue` and `make bench` make of a light listener's feed and sound, and what they say of quality."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest

from app.media.audio.opus import FRAME, OpusEncoder
from app.media.audio.rtp import RTP_RATE, RtpPacket, pack
from app.media.bridge.sfu_messages import TapAnswer
from ops.harness.ear import Ear
from ops.harness.people import Line
from ops.harness.recordings import DATA
from ops.measure import bench_monologue, monologue_quality, pieces
from ops.measure.clips import Part
from ops.measure.delays import Update
from ops.measure.light_listener import Reader
from ops.measure.long_speech import LongSpeech
from tasks.wire.messages import STT_RATE, ClipPart, Timeline

PAYLOAD_TYPE = 100


def tone(ssrc: int, count: int, first: int = 0) -> list[bytes]:
    """So many RTP packets of a tone, 20 ms each, the first of them at a place of the track."""
    encoder, sent = OpusEncoder(), []
    for number in range(first, first + count):
        moments = (np.arange(FRAME) + number * FRAME) / RTP_RATE
        samples = (8_000 * np.sin(2 * np.pi * 440 * moments)).astype(np.int16)
        sent += [
            pack(RtpPacket(PAYLOAD_TYPE, number == first, number, number * FRAME, ssrc, payload))
            for payload in encoder.encode(samples)
        ]
    return sent


def test_an_ear_keeps_what_it_heard_at_the_moment_at_which_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    ear, clock = Ear(), [1_000.0]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    for first in (0, 400):  # the second time after 8 s
        for number, data in enumerate(tone(1, 25, first)):
            clock[0] = 1_000.0 + (first + number + 1) * 0.02
            ear.datagram_received(data, ("127.0.0.1", 1))
    ear.datagram_received(tone(2, 1)[0], ("127.0.0.1", 1))
    ear.expect(TapAnswer(tap_id="t", ssrc=1, payload_type=PAYLOAD_TYPE))
    sound, began = ear.heard()
    assert began == pytest.approx(1_000.0, abs=0.01)
    assert len(sound) == pytest.approx(8.5 * STT_RATE, abs=0.02 * STT_RATE)
    loud = [bool(np.abs(sound[int(at * STT_RATE) :][:800]).max() > 0.1) for at in (0.2, 1.0, 4.0, 7.8, 8.2)]
    assert loud == [True, False, False, False, True]
    assert Ear().heard()[1] == 0.0


def row(segment: str, language: str, text: str, *, final: bool, at: float = 1.0) -> dict[str, Any]:
    return {
        "segment": segment, "language": language, "source_language": "en", "text": text, "final": final,
        "spoken_at": at,
    }  # fmt: skip


def test_a_reader_knows_what_was_shown_when_and_what_is_still_to_come() -> None:
    reader = Reader("pt")
    reader.rows += [(10.0, row("a", "en", "one", final=False)), (11.0, row("a", "pt", "um", final=False))]
    assert reader.owing
    reader.rows += [(12.0, row("a", "en", "one two", final=True)), (12.5, row("b", "en", "three", final=True, at=3.0))]
    assert reader.owing
    reader.rows += [(13.0, row("b", "pt", "três", final=True, at=3.0)), (14.0, row("a", "pt", "um dois", final=True))]
    assert not reader.owing
    assert reader.updates(9.0, source=False) == [
        Update("a", "um", 2.0), Update("b", "três", 4.0), Update("a", "um dois", 5.0),
    ]  # fmt: skip
    assert [(line.source, line.translation) for line in reader.lines()] == [("one two", "um dois"), ("three", "três")]


def test_where_nobody_has_translated_a_speech_whole_sentences_of_it_are_the_reference() -> None:
    parts = (
        Part(0.0, 1.0, "en", "One two,"),
        Part(1.0, 2.0, "en", "three four."),
        Part(2.0, 4.0, "en", "Five six seven."),
    )
    speech = LongSpeech("reading", "en", np.zeros(STT_RATE * 4, np.int16), parts)
    answers = {
        "One two, three four.": "Um dois três quatro.",
        "Five six seven.": "Cinco seis sete.",
        "One two three four.": "Um dois três quatro.",
        "Five six eleven.": "Cinco seis onze.",
    }
    lines = [
        Line("a", "S", "One two three four.", "um dois tres cuatro"),
        Line("a.1", "S", "Five six eleven.", "Cinco seis onze."),
    ]
    found = monologue_quality.measure(speech, "pt", [lines], answers.__getitem__, draft=False)
    assert found["chrf_reference"] == "translator"
    assert found["chrf"] < found["chrf_whole_sentences"] < 100
    drafted = monologue_quality.measure(speech, "pt", [lines], answers.__getitem__, draft=True)
    assert drafted["chrf"] == drafted["chrf_whole_sentences"] == found["chrf"]


def test_where_somebody_has_it_counts() -> None:
    parts = (Part(0.0, 2.0, "en", "one two", {"pt": "um dois"}), Part(2.0, 4.0, "en", "three four"))
    speech = LongSpeech("reading", "en", np.zeros(STT_RATE * 4, np.int16), parts)
    lines = [Line("a", "S", "one two", "Um, dois."), Line("b", "S", "three four", "quatro quatro")]
    found = monologue_quality.measure(speech, "pt", [lines], lambda _: "nada", draft=True)
    assert (found["chrf_reference"], found["chrf"]) == ("manifest", 100.0)


def test_a_speech_is_spoken_as_often_as_it_takes() -> None:
    speech, rounds = bench_monologue.extent(DATA, "pt", 500)
    assert 500 <= rounds * len(speech.words) < 500 + len(speech.words)
    assert bench_monologue.extent(DATA, "en", 60)[1] == 1


def test_the_seconds_of_a_piece_are_told_stage_by_stage() -> None:
    def part(number: int, piece: int, speak_end: float) -> ClipPart:
        timeline = Timeline(
            speech_start=99.0, speech_end=100.0, closed=100.5, stt_start=100.5, stt_end=101.0, translate_start=101.1,
            translate_end=101.2, speak_start=101.5, speak_end=speak_end,
        )  # fmt: skip
        return ClipPart(
            segment="a", room="r", speaker="s", seq=0, piece=piece, language="pt", part=number, last=number == 1,
            key="k", samples=24_000, rate=24_000, engine="test", timeline=timeline,
        )  # fmt: skip

    heard = {"event": "clip.heard", "segment": "a", "piece": 0, "language": "pt", "lag_ms": 3_000}
    lags = pieces.heard(f"[INFO] not JSON\n{json.dumps(heard)}\n")
    found = pieces.stages([part(0, 0, 102.5), part(1, 0, 104.5), part(0, 1, 102.5)], lags, "pt")
    middle = {name: delay.get("p50") for name, delay in found["stages_s"].items()}
    assert middle == {
        "recognised": 1.0, "waiting for translate": 0.1, "translate": 0.1, "waiting for speak": 0.3,
        "first sound": 1.0, "waiting to be played": 0.5, "last word to first sound heard": 3.0,
    }  # fmt: skip
    assert (found["pieces"], found["making_a_second"]) == (2, round((3.0 + 1.0) / 3.0, 2))
