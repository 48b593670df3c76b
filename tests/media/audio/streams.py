"""RTP streams made from recordings, and recordings through the real voice detector."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from opuslib_next import APPLICATION_VOIP, Encoder

from app.media.audio.opus import BITRATE, FRAME, OpusEncoder, Pcm, resample
from app.media.audio.rtp import RTP_RATE, RtpPacket, pack
from app.media.audio.tap import Chunk
from app.media.audio.vad import Frame, VoiceDetector
from ops.harness.recordings import recordings
from tasks.wire.messages import STT_RATE

SSRC = 0x1234_5678
PAYLOAD_TYPE = 100


def pcm_of(name: str) -> Pcm:
    """A test recording as 16 kHz mono."""
    return np.frombuffer(recordings()[name].pcm(), dtype="<i2").astype(np.int16)


def packets(samples_48k: Pcm, first_seq: int = 0, first_timestamp: int = 0) -> list[RtpPacket]:
    """The samples as consecutive 20 ms Opus packets; sequence numbers and timestamps wrap."""
    encoder, out = OpusEncoder(), []
    for index in range(len(samples_48k) // FRAME):
        for payload in encoder.encode(samples_48k[index * FRAME : (index + 1) * FRAME]):
            seq = (first_seq + index) & 0xFFFF
            timestamp = (first_timestamp + index * FRAME) & 0xFFFFFFFF
            out.append(RtpPacket(PAYLOAD_TYPE, index == 0, seq, timestamp, SSRC, payload))
    return out


def as_browsers_send(samples_48k: Pcm, loss_percent: int = 5) -> list[RtpPacket]:
    """The same with what a browser does that was asked for it and told of losses: redundancy and DTX.

    Silence, which libopus encodes in one or two bytes a frame, is not sent: timestamps jump, sequence numbers do not.
    """
    encoder = Encoder(RTP_RATE, 1, APPLICATION_VOIP)
    encoder.bitrate, encoder.inband_fec, encoder.packet_loss_perc, encoder.dtx = BITRATE, 1, loss_percent, 1
    sent, resumes = list[RtpPacket](), True
    for start in range(0, len(samples_48k) - FRAME + 1, FRAME):
        payload = encoder.encode(samples_48k[start : start + FRAME].tobytes(), FRAME)
        if spoken := len(payload) > 2:
            sent.append(RtpPacket(PAYLOAD_TYPE, resumes, len(sent), start, SSRC, payload))
        resumes = not spoken
    return sent


def tone(seconds: float, frequency: float = 440.0) -> Pcm:
    """A sine at 48 kHz, half of full scale."""
    t = np.arange(int(seconds * RTP_RATE)) / RTP_RATE
    return np.asarray(16_000 * np.sin(2 * np.pi * frequency * t), dtype=np.int16)


def datagrams(stream: list[RtpPacket]) -> list[bytes]:
    """The packets as they travel."""
    return [pack(packet) for packet in stream]


@cache
def rated(name: str, before: float = 0.5, after: float = 1.0) -> tuple[Frame, ...]:
    """A recording with silence around it, through the real detector; times count from its first sample."""
    silence = np.zeros(int(before * STT_RATE), np.int16), np.zeros(int(after * STT_RATE), np.int16)
    samples = np.concatenate([silence[0], pcm_of(name), silence[1]])
    return tuple(rate(samples, -before))


def rate(samples: Pcm, start: float = 0.0) -> Iterator[Frame]:
    """Audio at 16 kHz through the real detector, in 20 ms chunks as a tap gives them."""
    detector, step = VoiceDetector(), STT_RATE // 50
    for at in range(0, len(samples), step):
        yield from detector.push(Chunk(samples[at : at + step], start + at / STT_RATE))


def upsampled(name: str) -> Pcm:
    """A test recording at 48 kHz."""
    return resample(pcm_of(name), STT_RATE, RTP_RATE)
