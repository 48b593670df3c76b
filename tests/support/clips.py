"""Clips as workers announce them, for tests of the order in which they are played."""

from __future__ import annotations

from tasks.wire.messages import ClipPart, Timeline


def clip(at: str, spoken: float = 0.0, *, number: int = 0, last: bool = True, seconds: float = 2.0) -> ClipPart:
    """A part of a clip: of "5.0.1", which ends its sentence in "5.0.1." and its segment in "5.0.1|"."""
    seq, sentence, piece = map(int, at.rstrip(".|").split("."))
    return ClipPart(
        segment=f"s-{seq}",
        room="room",
        speaker="ana",
        seq=seq,
        sentence=sentence,
        piece=piece,
        last_piece=at[-1] in ".|",
        last_sentence=at[-1] == "|",
        language="pt",
        part=number,
        last=last,
        key=f"clip:{at}:{number}",
        samples=int(seconds * 16_000),
        rate=16_000,
        engine="test",
        timeline=Timeline(speech_start=spoken - 1, speech_end=spoken, closed=spoken + 0.4),
    )
