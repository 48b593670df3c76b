"""Audio of any kind → 16 kHz mono → pieces with speech. Runs in the listening process only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

import numpy as np

from app.media.audio.config import SegmenterConfig
from app.media.audio.opus import OpusDecoder, Pcm, Resampler
from app.media.audio.rtp import RTP_RATE
from app.media.audio.segmenter import Ask, Segmenter
from app.media.audio.tap import Chunk
from app.media.audio.vad import VoiceDetector
from app.speech_api import sniffing
from app.speech_api.decoding import Block, RefusedError, decoded, no_audio, too_long, tracks
from app.speech_api.records import MAX_PACKET_BYTES, REFERENCE_RATE, SIZE_HEADER, Mode, SpeechRecord
from tasks.wire.messages import STT_RATE

PIECES: Final = SegmenterConfig(endpoint=0.8, endpoint_short=0.8, max_length=15.0, interim_every=0.0)
"""How a file is cut: no piece keeps a worker, and a call behind it, for more than about a second."""


def speech_in_file(detector: VoiceDetector, data: bytes, most: float) -> Iterator[tuple[SpeechRecord, bytes]]:
    """The pieces of a file that hold speech, of its first track that does, and at last its length.

    Raises:
        RefusedError: it is no audio, or lasts longer than `most` seconds.
    """
    ends, unreadable = [], no_audio()
    for track in range(tracks(data)):
        pieces = _pieces(detector, decoded(data, most, STT_RATE, track), PIECES)
        try:
            first = next(pieces)
        except RefusedError as error:
            if error.status != unreadable.status:
                raise
            unreadable = error  # another track may be in a form that we know
            continue
        if first[0].kind == "speech":
            yield first
            yield from pieces
            return
        ends.append(first)
    if not ends:
        raise unreadable
    yield max(ends, key=lambda end: end[0].seconds)


def speech_in_stream(
    detector: VoiceDetector, packets_in: Iterable[bytes], mode: Mode, most: float
) -> Iterator[tuple[SpeechRecord, bytes]]:
    """The asks that a stream gives rise to, as the bridge makes them of a call, and at last its length."""
    blocks = _placed(_opus(packets_in) if mode == "opus" else _pcm(packets_in), most)
    return _pieces(detector, blocks, SegmenterConfig())


def whole(detector: VoiceDetector, data: bytes, most: float) -> Iterator[tuple[SpeechRecord, bytes]]:
    """All of a file at `REFERENCE_RATE`, of its first track with speech, in one record.

    Raises:
        RefusedError: it is no audio, or lasts longer than `most` seconds.
    """
    blocks = decoded(data, most, REFERENCE_RATE, _spoken_track(detector, data, most))
    pcm = np.concatenate([block.samples for block in blocks])
    yield SpeechRecord(kind="audio", seconds=len(pcm) / REFERENCE_RATE), pcm.tobytes()


def _spoken_track(detector: VoiceDetector, data: bytes, most: float) -> int:
    """The first track in which somebody speaks; the first one where there is no choice."""
    count = tracks(data)
    for track in range(count if count > 1 else 0):
        if any(
            record.kind == "speech" for record, _ in _pieces(detector, decoded(data, most, STT_RATE, track), PIECES)
        ):
            return track
    return 0


def packets(source: BinaryIO) -> Iterator[bytes]:
    """The packets of a stream, each behind its size, until the input ends."""
    while len(head := source.read(SIZE_HEADER.size)) == SIZE_HEADER.size:
        (size,) = SIZE_HEADER.unpack(head)
        if size > MAX_PACKET_BYTES or len(packet := source.read(size)) < size:
            return
        yield packet


def _pieces(
    detector: VoiceDetector, blocks: Iterable[Block], config: SegmenterConfig
) -> Iterator[tuple[SpeechRecord, bytes]]:
    detector.reset()
    segmenter, end = Segmenter(config), 0.0
    for block in blocks:
        for frame in detector.push(Chunk(block.samples, block.at)):
            for ask in segmenter.push(frame):
                if ask.final or config.interim_every:
                    yield _record(ask), ask.samples.tobytes()
        end = block.at + len(block.samples) / STT_RATE
    for ask in segmenter.flush():
        yield _record(ask), ask.samples.tobytes()
    yield SpeechRecord(kind="end", seconds=round(end, 6)), b""


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


def _placed(blocks: Iterable[Pcm], most: float) -> Iterator[Block]:
    """Blocks one after the other, up to `most` seconds."""
    samples = 0
    for block in blocks:
        at = samples / STT_RATE
        samples += len(block)
        if samples > most * STT_RATE:
            raise too_long(most)
        yield Block(at, block)


def _pcm(packets_in: Iterable[bytes]) -> Iterator[Pcm]:
    rest = b""
    for packet in _judged(packets_in, "pcm"):
        rest += packet
        even = len(rest) // 2 * 2
        yield np.frombuffer(rest[:even], "<i2")
        rest = rest[even:]


def _opus(packets_in: Iterable[bytes]) -> Iterator[Pcm]:
    decoder, resampler = OpusDecoder(), Resampler(RTP_RATE, STT_RATE)
    for packet in _judged(packets_in, "opus"):
        yield resampler.push(decoder.decode(packet))


def _judged(packets_in: Iterable[bytes], mode: Mode) -> Iterator[bytes]:
    """The packets, as long as they may be what was announced: looked at once there is enough, and at the end.

    Raises:
        RefusedError: they look like something else.
    """
    kept: list[bytes] | None = []
    for packet in packets_in:
        if kept is not None:
            kept.append(packet)
            if _enough(kept, mode):
                kept = _refuse_others(kept, mode)
        yield packet
    if kept:
        _refuse_others(kept, mode)


def _enough(packets: list[bytes], mode: Mode) -> bool:
    if len(packets) == 1 and sniffing.container(packets[0]):
        return True
    return len(packets) >= sniffing.PACKETS if mode == "opus" else sum(map(len, packets)) >= sniffing.JUDGED


def _refuse_others(packets: list[bytes], mode: Mode) -> list[bytes] | None:
    """What is to be kept on being looked at: nothing more, unless it was silence."""
    data = b"".join(packets)
    found = sniffing.container(data) or (sniffing.opus_fault(packets) if mode == "opus" else sniffing.pcm_fault(data))
    if found:
        wanted = "one Opus packet a frame" if mode == "opus" else "mono s16le samples at 16 kHz"
        message = f"This looks like {found}: with format={mode} send {wanted}. Files go to /api/v1/transcribe."
        raise RefusedError(415, "not_as_announced", message)
    return [] if mode == "pcm" and not any(data) else None
