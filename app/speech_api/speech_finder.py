"""Audio of any kind → 16 kHz mono → pieces with speech. Runs in the listening process only."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

import av
import numpy as np
from av.audio.resampler import AudioResampler

from app.media.audio.config import SegmenterConfig
from app.media.audio.opus import OpusDecoder, Pcm, Resampler
from app.media.audio.rtp import RTP_RATE
from app.media.audio.segmenter import Ask, Segmenter
from app.media.audio.tap import Chunk
from app.media.audio.vad import VoiceDetector
from app.speech_api.records import MAX_PACKET_BYTES, REFERENCE_RATE, SIZE_HEADER, Mode, SpeechRecord
from tasks.wire.messages import STT_RATE

FORMATS: Final = "wav,w64,aiff,mp3,flac,ogg,matroska,webm,mov,mp4,m4a,3gp,aac,adts,amr,caf,asf,au"
"""Containers that are read. Not playlists: FFmpeg would open the files and addresses that they name."""

PIECES: Final = SegmenterConfig(endpoint=0.8, endpoint_short=0.8, max_length=15.0, interim_every=0.0)
"""How a file is cut: no piece keeps a worker, and a call behind it, for more than about a second."""


class RefusedError(Exception):
    """The audio cannot be used; the message says why and what to do."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def decoded(data: bytes, most: float, rate: int = STT_RATE) -> Iterator[Pcm]:
    """The first audio track of a file as mono blocks at `rate`.

    Raises:
        RefusedError: it is no audio, or lasts longer than `most` seconds.
    """
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "none"}
    heard, samples = False, 0
    try:
        with av.open(io.BytesIO(data), "r", options=options) as container:
            if not container.streams.audio:
                raise RefusedError(415, "no_audio", "There is no sound in this file: send one with an audio track.")
            if container.duration and container.duration / av.time_base > most + 1:
                raise _too_long(most)
            for block in _blocks(container, rate):
                heard = True
                samples += len(block)
                if samples > most * rate:
                    raise _too_long(most)
                yield block
    except (av.FFmpegError, ValueError) as error:
        raise _no_audio() from error
    if not heard:
        raise _no_audio()


def _blocks(container: av.container.InputContainer, rate: int) -> Iterator[Pcm]:
    """Resampled blocks; packets that are damaged are passed over."""
    resampler = AudioResampler(format="s16", layout="mono", rate=rate)
    for packet in container.demux(container.streams.audio[0]):
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            continue
        for frame in frames:
            for out in resampler.resample(frame):  # type: ignore[arg-type, unused-ignore]
                yield out.to_ndarray().reshape(-1).astype(np.int16)
    for out in resampler.resample(None):
        yield out.to_ndarray().reshape(-1).astype(np.int16)


def speech_in(blocks: Iterable[Pcm]) -> Iterator[tuple[SpeechRecord, bytes]]:
    """The pieces of a file that hold speech, and at last its length."""
    return _pieces(blocks, PIECES)


def speech_in_stream(packets_in: Iterable[bytes], mode: Mode, most: float) -> Iterator[tuple[SpeechRecord, bytes]]:
    """The asks that a stream gives rise to, as the bridge makes them of a call, and at last its length."""
    return _pieces(_limited(_opus(packets_in) if mode == "opus" else _pcm(packets_in), most), SegmenterConfig())


def whole(data: bytes, most: float) -> Iterator[tuple[SpeechRecord, bytes]]:
    """All of a file at `REFERENCE_RATE`, in one record."""
    pcm = np.concatenate(list(decoded(data, most, REFERENCE_RATE)))
    yield SpeechRecord(kind="audio", seconds=len(pcm) / REFERENCE_RATE), pcm.tobytes()


def packets(source: BinaryIO) -> Iterator[bytes]:
    """The packets of a stream, each behind its size, until the input ends."""
    while len(head := source.read(SIZE_HEADER.size)) == SIZE_HEADER.size:
        (size,) = SIZE_HEADER.unpack(head)
        if size > MAX_PACKET_BYTES or len(packet := source.read(size)) < size:
            return
        yield packet


def _pieces(blocks: Iterable[Pcm], config: SegmenterConfig) -> Iterator[tuple[SpeechRecord, bytes]]:
    detector, segmenter, samples = VoiceDetector(), Segmenter(config), 0
    for block in blocks:
        for frame in detector.push(Chunk(block, samples / STT_RATE)):
            for ask in segmenter.push(frame):
                if ask.final or config.interim_every:
                    yield _record(ask), ask.samples.tobytes()
        samples += len(block)
    for ask in segmenter.flush():
        yield _record(ask), ask.samples.tobytes()
    yield SpeechRecord(kind="end", seconds=samples / STT_RATE), b""


def _record(ask: Ask) -> SpeechRecord:
    return SpeechRecord(
        kind="speech",
        final=ask.final,
        seq=ask.seq,
        revision=ask.revision,
        start=ask.audio_start,
        speech_start=ask.speech_start,
        speech_end=ask.speech_end,
    )


def _limited(blocks: Iterable[Pcm], most: float) -> Iterator[Pcm]:
    samples = 0
    for block in blocks:
        samples += len(block)
        if samples > most * STT_RATE:
            raise _too_long(most)
        yield block


def _pcm(packets_in: Iterable[bytes]) -> Iterator[Pcm]:
    rest = b""
    for packet in packets_in:
        rest += packet
        even = len(rest) // 2 * 2
        yield np.frombuffer(rest[:even], "<i2")
        rest = rest[even:]


def _opus(packets_in: Iterable[bytes]) -> Iterator[Pcm]:
    decoder, resampler = OpusDecoder(), Resampler(RTP_RATE, STT_RATE)
    for packet in packets_in:
        yield resampler.push(decoder.decode(packet))


def _no_audio() -> RefusedError:
    message = "This audio cannot be read: send wav, mp3, m4a, ogg, opus, webm or flac."
    return RefusedError(415, "not_audio", message)


def _too_long(most: float) -> RefusedError:
    return RefusedError(413, "audio_too_long", f"More than {most:.0f} s of audio: send it in shorter files.")
