"""Cutting speech into segments: on made-up probabilities, and on recordings through the real voice detector."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from app.media.audio.config import SegmenterConfig
from app.media.audio.segmenter import Ask, AskKind, Segmenter
from app.media.audio.vad import FRAME, FRAME_SECONDS, Frame
from ops.harness import sounds
from ops.harness.recordings import RATE, Recording, by_language
from tests.media.audio.streams import pcm_of, rate, rated

CONFIG = SegmenterConfig()


def made_up(*runs: tuple[float, float], start: float = 100.0) -> list[Frame]:
    """Frames from (seconds, probability) runs; every sample of frame n is n, so that each can be told apart."""
    frames: list[Frame] = []
    for seconds, probability in runs:
        for _ in range(round(seconds / FRAME_SECONDS)):
            number = len(frames)
            frames.append(Frame(np.full(FRAME, number, np.int16), probability, start + number * FRAME_SECONDS))
    return frames


def run(frames: Iterable[Frame], segmenter: Segmenter | None = None) -> list[Ask]:
    segmenter = segmenter or Segmenter(CONFIG)
    return [ask for frame in frames for ask in segmenter.push(frame)] + segmenter.flush()


def numbers(ask: Ask) -> list[int]:
    """Frame numbers in an ask."""
    return [int(number) for number in ask.samples[::FRAME]]


def finals(asks: list[Ask]) -> list[Ask]:
    return [ask for ask in asks if ask.final]


def test_a_segment_has_pre_roll_and_tail_and_tells_its_times() -> None:
    (final,) = finals(run(made_up((1.0, 0.0), (2.0, 0.9), (1.5, 0.0))))
    first, last = round(1.0 / FRAME_SECONDS), round(1.0 / FRAME_SECONDS) + round(2.0 / FRAME_SECONDS) - 1
    pre_roll, tail = round(CONFIG.pre_roll / FRAME_SECONDS), round(CONFIG.tail / FRAME_SECONDS)
    assert numbers(final) == list(range(first - pre_roll, last + tail + 1))
    assert final.speech_start == pytest.approx(100.0 + first * FRAME_SECONDS)
    assert final.speech_end == pytest.approx(100.0 + (last + 1) * FRAME_SECONDS)


@pytest.mark.parametrize("muted", [0.0, 2.5, 40.0, 3600.0])
def test_speech_after_a_mute_begins_when_it_was_said_and_not_with_the_silence_from_before(muted: float) -> None:
    before = made_up((1.0, 0.9), (2.0, 0.0))
    after = made_up((1.5, 0.9), (1.0, 0.0), start=103.0 + muted)
    _, final = finals(run([*before, *after]))
    pre_roll = round(CONFIG.pre_roll / FRAME_SECONDS) * FRAME_SECONDS
    assert final.speech_start == pytest.approx(103.0 + muted)
    assert final.speech_start - final.audio_start == pytest.approx(pre_roll)


def test_the_pause_is_asked_about_at_once_and_the_final_repeats_that_ask() -> None:
    asks = run(made_up((0.5, 0.0), (1.2, 0.9), (1.5, 0.0)))
    assert [ask.kind for ask in asks] == [AskKind.PAUSE, AskKind.FINAL]
    pause, final = asks
    assert (pause.seq, pause.revision) == (final.seq, final.revision)
    np.testing.assert_array_equal(pause.samples, final.samples)
    assert (pause.speech_start, pause.speech_end) == (final.speech_start, final.speech_end)


def test_speech_that_goes_on_after_a_pause_gets_a_new_revision() -> None:
    asks = run(made_up((0.5, 0.0), (1.0, 0.9), (0.25, 0.0), (1.0, 0.9), (1.5, 0.0)))
    assert [(ask.kind.value, ask.revision) for ask in asks] == [("pause", 0), ("pause", 1), ("final", 1)]
    assert len(asks[1].samples) > len(asks[0].samples)


@pytest.mark.parametrize("every", [0.3, 0.8, 1.5])
@pytest.mark.parametrize("pause", [0.0, 0.25])
def test_what_was_asked_about_is_not_given_to_the_next_segment(every: float, pause: float) -> None:
    frames = made_up((0.5, 0.0), (10.0, 0.9), (pause, 0.0), (30.0, 0.9), (1.5, 0.0))  # the quieter, the earlier
    asks = run(frames, Segmenter(SegmenterConfig(interim_every=every)))
    assert len(finals(asks)) > 2
    assert any(ask.kind is AskKind.GROWTH for ask in asks)
    tail = round(CONFIG.tail / FRAME_SECONDS) * FRAME
    for final in finals(asks):
        asked = [ask for ask in asks if ask.seq == final.seq and not ask.final]
        assert all(ask.length <= final.length + (tail if ask.kind is AskKind.PAUSE else 0) for ask in asked)


def test_growing_speech_is_asked_about_in_intervals_or_not_at_all() -> None:
    frames = made_up((0.5, 0.0), (5.0, 0.9), (1.5, 0.0))
    growth = [ask for ask in run(frames, Segmenter(SegmenterConfig(interim_every=1.5))) if ask.kind is AskKind.GROWTH]
    assert len(growth) == 3
    assert [ask.revision for ask in growth] == [0, 1, 2]
    never = run(frames, Segmenter(SegmenterConfig(interim_every=0)))
    assert [ask.kind for ask in never] == [AskKind.PAUSE, AskKind.FINAL]


def test_short_speech_waits_longer_for_its_end() -> None:
    def closed_after(speech: float, pause: float) -> bool:
        segmenter = Segmenter(CONFIG)
        return any(ask.final for frame in made_up((0.5, 0), (speech, 0.9), (pause, 0)) for ask in segmenter.push(frame))

    assert closed_after(2.0, 0.45)
    assert not closed_after(0.4, 0.45)
    assert closed_after(0.4, 0.65)


def test_hysteresis_keeps_a_soft_syllable_and_does_not_open_on_one() -> None:
    asks = run(made_up((0.5, 0.0), (1.0, 0.9), (0.8, 0.4), (1.5, 0.0)))
    (final,) = finals(asks)
    assert final.speech_end - final.speech_start == pytest.approx(1.8, abs=0.1)
    assert run(made_up((0.5, 0.0), (2.0, 0.4), (1.0, 0.0))) == []


def test_clicks_are_dropped_and_use_up_no_number() -> None:
    segmenter = Segmenter(CONFIG)
    assert run(made_up((0.5, 0.0), (0.1, 0.9), (1.0, 0.0)), segmenter) == []
    (final,) = finals(run(made_up((0.5, 0.0), (1.0, 0.9), (1.0, 0.0)), segmenter))
    assert final.seq == 0


def test_numbers_have_no_gaps() -> None:
    frames = made_up(*[(1.0, 0.9), (1.0, 0.0), (0.06, 0.9), (1.0, 0.0)] * 4)
    assert [ask.seq for ask in finals(run(frames))] == [0, 1, 2, 3]
    assert [ask.seq for ask in finals(run(frames, Segmenter(CONFIG, first_seq=7)))] == [7, 8, 9, 10]


def test_what_is_said_beside_the_track_has_a_number_after_what_is_open_and_before_what_comes_next() -> None:
    segmenter = Segmenter(CONFIG, first_seq=4)
    assert segmenter.give() == 4
    speech, pause = made_up((1.0, 0.9)), made_up((1.5, 0.0))
    for frame in speech:
        segmenter.push(frame)
    assert [segmenter.give(), segmenter.give()] == [6, 7]
    (final,) = finals([ask for frame in pause for ask in segmenter.push(frame)])
    assert final.seq == 5
    segmenter.push(made_up((0.04, 0.9))[0])  # a click, which uses up no number unless one after it is given
    assert segmenter.give() == 9
    for frame in pause:
        assert segmenter.push(frame) == []
    (final,) = finals(run(made_up((1.0, 0.9), (1.5, 0.0)), segmenter))
    assert final.seq == 10


def test_a_forced_cut_is_made_at_the_quietest_point_and_loses_and_doubles_nothing() -> None:
    rng = np.random.default_rng(1)
    frames = made_up((30.0, 0.9), (1.5, 0.0))
    loud = [frame._replace(samples=rng.integers(-9000, 9000, FRAME).astype(np.int16)) for frame in frames]
    quiet_at = round(10.5 / FRAME_SECONDS)
    for index in range(quiet_at - 2, quiet_at + 3):
        loud[index] = loud[index]._replace(samples=(loud[index].samples // 30).astype(np.int16))
    cut = finals(run(loud))
    assert len(cut) == 3
    assert len(cut[0].samples) == pytest.approx((quiet_at + 1) * FRAME, abs=FRAME)
    together = np.concatenate([ask.samples for ask in cut])
    everything = np.concatenate([frame.samples for frame in loud])
    np.testing.assert_array_equal(together, everything[: len(together)])
    assert len(together) >= 30.0 * 16_000
    assert all(len(ask.samples) <= CONFIG.max_length * 16_000 for ask in cut)


def test_leaving_in_mid_sentence_closes_the_segment() -> None:
    segmenter = Segmenter(CONFIG)
    for frame in made_up((0.5, 0.0), (1.0, 0.9)):
        segmenter.push(frame)
    (final,) = segmenter.flush()
    assert final.final
    assert segmenter.flush() == []


@pytest.mark.parametrize("recording", [*by_language("en"), *by_language("pt"), *by_language("vi")], ids=lambda r: r.id)
def test_segments_cover_the_speech_of_every_recording(recording: Recording) -> None:
    frames = rated(recording.id)
    asks = run(frames)
    closed = finals(asks)
    assert closed, "nobody was heard"
    assert [ask.seq for ask in closed] == list(range(len(closed)))
    voiced = [frame.time for frame in frames if frame.probability >= 0.8]
    covered = [any(ask.speech_start <= at < ask.speech_end for ask in closed) for at in voiced]
    assert np.mean(covered) > 0.97
    for ask in closed:
        newest = [each for each in asks if each.seq == ask.seq and not each.final][-1:]
        if newest and newest[0].revision == ask.revision:
            np.testing.assert_array_equal(newest[0].samples, ask.samples)
    pauses = [ask for ask in asks if ask.kind is AskKind.PAUSE]
    asked_ahead = [any(p.seq == ask.seq and p.revision == ask.revision for p in pauses) for ask in closed]
    forced = [len(ask.samples) >= (CONFIG.max_length - CONFIG.cut_window) * RATE for ask in closed]
    assert all(ahead or cut for ahead, cut in zip(asked_ahead, forced, strict=True))


@pytest.mark.parametrize("name", [recording.id for recording in by_language("zxx")])
def test_non_speech_is_not_taken_for_speech(name: str) -> None:
    speech = sum(ask.speech_end - ask.speech_start for ask in finals(run(rated(name))))
    assert speech < 0.3  # music has its moments


@pytest.mark.parametrize("sound", [sounds.keyboard(), sounds.hum()], ids=["keyboard", "hum"])
def test_keyboard_and_hum_are_not_speech(sound: sounds.Samples) -> None:
    samples = (np.clip(sound, -1, 1) * 32_767).astype(np.int16)
    assert finals(run(rate(samples))) == []


@pytest.mark.parametrize("gain_db", [0, -20, -40])
def test_the_level_of_the_microphone_does_not_matter(gain_db: int) -> None:
    samples = pcm_of("en_ls_1272_quilter")
    reference = finals(run(rate(samples)))
    quiet = (samples * 10 ** (gain_db / 20)).astype(np.int16)
    heard = finals(run(rate(quiet)))
    assert len(heard) == len(reference)
    for ours, theirs in zip(heard, reference, strict=True):
        assert ours.speech_start == pytest.approx(theirs.speech_start, abs=0.1)
        assert ours.speech_end == pytest.approx(theirs.speech_end, abs=0.1)


def streaming(config: SegmenterConfig = CONFIG) -> Segmenter:
    segmenter = Segmenter(config)
    segmenter.streaming = True
    return segmenter


def brought(asks: list[Ask], seq: int) -> list[int]:
    """Frame numbers in the final of a segment, put together from what its asks have brought."""
    sound = np.zeros(0, np.int16)
    for ask in asks:
        if ask.seq == seq:
            sound = np.concatenate([sound[: ask.offset], ask.samples])
            length = ask.length
    return [int(number) for number in sound[:length:FRAME]]


def test_what_is_heard_as_a_stream_is_asked_for_as_it_comes_and_each_ask_brings_what_is_new() -> None:
    asks = run(made_up((0.5, 0.0), (4.0, 0.9), (1.5, 0.0)), streaming())
    growth = [ask for ask in asks if ask.kind is AskKind.GROWTH]
    assert len(growth) > 4.0 / CONFIG.stream_every - 3
    assert [ask.offset for ask in growth[1:]] == [ask.length for ask in growth[:-1]]
    assert all(len(ask.samples) == ask.length - ask.offset for ask in asks)
    assert [ask.kind for ask in asks[-2:]] == [AskKind.PAUSE, AskKind.FINAL]
    assert (len(asks[-1].samples), asks[-1].length) == (0, asks[-2].length)
    whole = run(made_up((0.5, 0.0), (4.0, 0.9), (1.5, 0.0)))[-1]
    assert brought(asks, 0) == numbers(whole), "it comes to the same sound"


def test_the_longer_a_stream_lasts_the_shorter_the_pause_that_ends_it() -> None:
    def ended_by(pause: float, after: float) -> bool:
        frames = made_up((0.5, 0.0), (after, 0.9), (pause, 0.0), (3.0, 0.9), (1.5, 0.0))
        asks = run(frames, streaming())
        ends = finals(asks)
        if len(ends) > 1:
            kept = [number for ask in ends for number in brought(asks, ask.seq)]
            assert kept == list(range(kept[0], kept[-1] + 1)), "nothing is lost or heard twice"
        return len(ends) == 2

    assert not ended_by(0.3, after=14.0)
    assert not ended_by(0.2, after=16.0)
    assert ended_by(0.3, after=19.0)
    assert ended_by(0.2, after=23.5)
    assert not ended_by(0.1, after=23.5)
    assert ended_by(0.1, after=28.0)


def test_a_stream_is_never_cut_in_what_was_heard() -> None:
    asks = run(made_up((0.5, 0.0), (80.0, 0.9), (1.5, 0.0)), streaming())
    heard: dict[int, int] = {}
    for ask in asks:
        assert ask.length >= heard.get(ask.seq, 0) - 2 * FRAME
        heard[ask.seq] = ask.length
    assert len(heard) == 3
    assert all(length <= (CONFIG.stream_max + CONFIG.cut_window) * RATE for length in heard.values())
    kept = [number for seq in heard for number in brought(asks, seq)]
    assert kept == list(range(kept[0], kept[-1] + 1))
