"""Clips as frames: as fast as wanted, at the pitch at which they were spoken."""

from __future__ import annotations

import numpy as np
import pytest

from app.media.audio.framer import Framer, frames
from app.media.audio.rtp import RTP_RATE


@pytest.mark.parametrize("tempo", [1.0, 1.1, 1.2])
def test_a_faster_clip_keeps_its_pitch(tempo: float) -> None:
    rate, seconds, hertz = 24_000, 2.0, 220.0
    wave = 8_000 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)
    played = np.concatenate(list(frames(wave.astype(np.int16), rate, tempo)))
    assert len(played) / RTP_RATE == pytest.approx(seconds / tempo, abs=0.08)
    middle = played[RTP_RATE // 2 : RTP_RATE // 2 + RTP_RATE]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert float(np.argmax(spectrum)) == pytest.approx(hertz, abs=3)


@pytest.mark.parametrize("tempo", [1.0, 1.2])
def test_a_clip_in_parts_is_sent_as_if_it_had_come_whole(tempo: float) -> None:
    rate = 24_000
    wave = (8_000 * np.sin(2 * np.pi * 220 * np.arange(2 * rate) / rate)).astype(np.int16)
    framer = Framer(rate, tempo)
    cuts = [8_401, 17_000]
    sent = [
        frame
        for number, part in enumerate(np.split(wave, cuts))
        for frame in framer.push(part, last=number == len(cuts))
    ]
    expected = list(frames(wave, rate, tempo))
    assert len(sent) == len(expected)
    apart = np.concatenate(sent).astype(int) - np.concatenate(expected)
    assert np.abs(apart).max() <= (1 if tempo == 1.0 else 800), "a faster one is cut at other places"


@pytest.mark.parametrize("tempo", [1.0, 1.2])
@pytest.mark.parametrize(("joined", "quiet"), [(True, 0.015), (False, 0.05)])
def test_a_clip_that_another_joins_brings_no_pause_of_its_own(tempo: float, joined: bool, quiet: float) -> None:
    rate = 22_050
    wave = (8_000 * np.sin(2 * np.pi * 500 * np.arange(rate) / rate)).astype(np.int16)
    clips = [Framer(rate, tempo).push(wave, last=True, joined=more and joined) for more in (True, False)]
    sound = np.concatenate([frame for clip in clips for frame in clip]).astype(float)
    inside = sound[RTP_RATE // 10 : round(1.9 / tempo * RTP_RATE)]
    powers = np.mean(np.square(inside[: len(inside) // 240 * 240].reshape(-1, 240)), axis=1)
    silent = float(np.sum(powers < powers.mean() / 4)) * 240 / RTP_RATE
    assert silent <= quiet
    assert joined or silent >= 0.02, "or there is nothing to join"
