"""What the bytes of a stream look like, where they are not what was announced.

Wrong bytes are sound to a decoder: noise without words, which no error would tell from a silent speaker.
"""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.media.audio.opus import OpusDecoder

MAGIC: Final = (
    (re.compile(rb"\x1aE\xdf\xa3", re.DOTALL), "WebM or Matroska"),
    (re.compile(rb"OggS", re.DOTALL), "Ogg"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "WAV"),
    (re.compile(rb"RIFF....AVI ", re.DOTALL), "AVI"),
    (re.compile(rb"fLaC", re.DOTALL), "FLAC"),
    (re.compile(rb"ID3[\x02-\x04]", re.DOTALL), "MP3"),
    (re.compile(rb"....ftyp", re.DOTALL), "MP4"),
    (re.compile(rb"FORM....AIF", re.DOTALL), "AIFF"),
    (re.compile(rb"#!AMR", re.DOTALL), "AMR"),
    (re.compile(rb"caff", re.DOTALL), "CAF"),
    (re.compile(rb"\.snd", re.DOTALL), "AU"),
    (re.compile(rb"FLV\x01", re.DOTALL), "FLV"),
)
"""How files begin."""
TEXT: Final = re.compile(rb"[A-Za-z0-9+/=_\-\s{}\[\]\":,.]+")
SMOOTH, ROUGH = 0.9, 1.15
"""Mean step from one sample to the next, relative to the mean level: sound has less than the one (FLEURS and our
recordings at 16 kHz: 0.1 to 0.8), samples that are cut wrongly, like noise, 1.3 to 1.5."""
ALIKE: Final = 0.1
"""Share of bytes in which the even and the odd ones of 8-bit sound differ at most."""
FULL: Final = 0.4
"""Level of noise, relative to full scale, that no microphone gives: random bytes have 0.58."""
JUDGED: Final = 32_000
"""Bytes that are enough to judge: a second of 16 kHz s16le."""
PACKETS: Final = 50
"""Opus packets that are enough to judge: a second of most."""
LEAST: Final = 8_000
"""Bytes without which nothing is said."""

Floats = NDArray[np.float64]


def container(data: bytes) -> str | None:
    """The kind of file that begins so."""
    return next((name for start, name in MAGIC if start.match(data)), None)


def pcm_fault(data: bytes) -> str | None:
    """What samples look like that are not mono s16le; None where they may be, or where there is nothing to tell."""
    data = data[: len(data) // 24 * 24]
    samples = np.frombuffer(data, "<i2").astype(np.float64)
    if len(data) < LEAST or np.abs(samples).max() < 64:
        return None
    if TEXT.fullmatch(data):
        return "text, perhaps Base64"
    for kind, name in (("<f8", "64-bit floats"), ("<f4", "32-bit floats"), (">f4", "32-bit floats, big-endian")):
        if _floats(np.frombuffer(data, kind)):
            return name
    moving = np.flatnonzero(np.diff(samples[0::2])) + 1  # not the silence in which all are alike
    if len(moving) > LEAST / 8 and np.mean(samples[0::2][moving] == samples[1::2][moving]) > 0.95:
        return "two channels"
    octets = np.frombuffer(data, np.uint8)
    if np.mean((octets[1::2] == 0) | (octets[1::2] == 255)) > 0.9:
        return None  # upper bytes of faint samples
    eight = {"8-bit samples": octets.astype(np.float64), "8-bit µ-law": _mu_law(octets), "8-bit A-law": _a_law(octets)}
    roughness, name = min((_roughness(decoded), name) for name, decoded in eight.items())
    if roughness < SMOOTH and _alike(octets[0::2], octets[1::2]):
        return name
    if _roughness(samples) < ROUGH:
        return None
    if _roughness(np.frombuffer(data, ">i2").astype(np.float64)) < SMOOTH:
        return "16-bit samples, big-endian"
    for name, other in (
        ("24-bit samples", _integers(octets, 3)),
        ("32-bit samples", np.frombuffer(data, "<i4").astype(np.float64)),
    ):
        if _roughness(other) < SMOOTH:
            return name
    if np.sqrt(np.mean(np.square(samples))) > FULL * 32_768:
        return "compressed sound, such as Opus or MP3"
    return None


def _roughness(samples: Floats) -> float:
    """Mean step between neighbours over mean distance from the mean; about 1.4 for noise."""
    level = float(np.mean(np.abs(samples - samples.mean())))
    return float(np.mean(np.abs(np.diff(samples)))) / level if level else np.inf


def _alike(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> bool:
    """Whether both have the same bytes equally often: lower bytes of samples have any, upper ones few."""
    one, other = (np.bincount(octets, minlength=256) / len(octets) for octets in (first, second))
    return bool(np.abs(one - other).sum() / 2 < ALIKE)


def _floats(values: NDArray[np.floating[Any]]) -> bool:
    """Whether these are samples from -1 to 1: other bytes are numbers of any size."""
    with np.errstate(invalid="ignore", over="ignore"):
        sizes = np.abs(values)
        plausible = (sizes == 0) | ((sizes > 1e-9) & (sizes <= 2))
        return bool(np.mean(plausible) > 0.98 and np.mean(sizes > 1e-9) > 0.2)


def _integers(octets: NDArray[np.uint8], size: int) -> Floats:
    """Little-endian integers of so many bytes: their upper two."""
    rows = octets[: len(octets) // size * size].reshape(-1, size)
    return np.ascontiguousarray(rows[:, -2:]).view("<i2").reshape(-1).astype(np.float64)


def _mu_law(octets: NDArray[np.uint8]) -> Floats:
    """ITU-T G.711."""
    bits = ~octets
    size = ((bits & 0x0F).astype(np.float64) * 2 + 33) * 2.0 ** ((bits >> 4) & 7) - 33
    return np.where(bits & 0x80, -size, size)


def _a_law(octets: NDArray[np.uint8]) -> Floats:
    """ITU-T G.711."""
    bits = octets ^ 0x55
    step, low = (bits >> 4) & 7, (bits & 0x0F).astype(np.float64) * 2 + 1
    size = np.where(step > 0, (low + 32) * 2.0 ** (step.astype(np.float64) - 1), low)
    return np.where(bits & 0x80, size, -size)


def opus_fault(packets: list[bytes]) -> str | None:
    """What packets look like that are not Opus; None where they may be.

    Nearly every byte string decodes as something. But a stream keeps to few configurations (RFC 6716, 3.1), and even
    an encoder that pauses sends more than two bytes every 400 ms.
    """
    if not packets:
        return None
    if name := container(packets[0]):
        return name
    if all(len(packet) <= 2 for packet in packets):
        return "frames of one or two bytes, which hold no sound"
    decoder = OpusDecoder()
    broken = sum(not len(decoder.decode(packet)) for packet in packets)
    forms = len({packet[0] >> 3 for packet in packets if packet})
    if broken <= len(packets) / 3 and forms <= max(4, len(packets) / 8):
        return None
    together = b"".join(packets)
    samples = np.frombuffer(together[: len(together) // 2 * 2], "<i2").astype(np.float64)
    if len(together) >= LEAST:
        if other := pcm_fault(together):
            return other
        if _roughness(samples) < SMOOTH:
            return "16-bit samples"
    return "no Opus packets"
