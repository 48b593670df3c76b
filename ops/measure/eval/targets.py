"""The targets, and whether the figures meet them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class Target(NamedTuple):
    """One figure held to its limit."""

    what: str
    measured: float
    limit: float
    """At most this."""

    @property
    def met(self) -> bool:
        """Whether the figure is within the limit."""
        return self.measured <= self.limit


def targets(figures: dict[str, Any]) -> list[Target]:
    """Every target that these figures say something about."""
    parts = {"stt": (_stt, _silence), "translation": (_translation,), "tts": (_tts,), "cache": (_cached,)}
    return [
        target
        for part, checks in parts.items()
        if part in figures
        for check in checks
        for target in check(figures[part])
    ]


WER = {"en": 10.0, "pt": 18.0, "vi": 10.0}
"""Percent, over every kind of clip of a language but the joined ones."""


SPOILED = {"vi": {"noise_10_db": 15.0, "telephone_band": 11.0, "telephone_sharp": 11.0}}
"""The same over the clean read clips, made harder in each way (`ops.measure.eval.spoiled`)."""


def _stt(stt: dict[str, Any]) -> Iterator[Target]:
    for language, limit in WER.items():
        found = stt.get(language)
        if not found:
            continue
        if language == "en" and (read := found["kinds"].get("read_speech")):
            yield Target("en, clean read speech: WER %", read["wer"], 6.0)
        yield Target(f"{language}: WER %", found["wer"], limit)
        for way, most in SPOILED.get(language, {}).items():
            if way in found["kinds"]:
                yield Target(f"{language}, {way.replace('_', ' ')}: WER %", found["kinds"][way]["wer"], most)
        if "full_window" in found:
            yield Target(f"{language}: WER above that of the 30 s window, points", _above(found), 1.0)
        yield Target(f"{language}: loops shown", found["loops"], 0)
        if found["segment_5s_ms"]["n"]:
            yield Target(f"{language}: ms for a 5 s segment, median", found["segment_5s_ms"]["p50"], 250)
            yield Target(f"{language}: ms for a 5 s segment, p95", found["segment_5s_ms"]["p95"], 800)
    for name, both in stt["quiet"].items():
        yield Target(f"{name}: WER above that of the loud clip, points", round(both["quiet"] - both["loud"], 1), 0)


def _above(found: dict[str, Any]) -> float:
    return round(float(found["wer"]) - float(found["full_window"]["wer"]), 1)


def _silence(stt: dict[str, Any]) -> Iterator[Target]:
    if nobody := stt.get("non_speech"):
        yield Target("non-speech clips with text", nobody["with_text"], 0)
    if still := stt.get("stillness"):
        yield Target(f"captions in {still['hours']} h in which nobody speaks", still["captions"], 0)


def _translation(translation: dict[str, Any]) -> Iterator[Target]:
    for pair, sets in translation.items():
        for name, found in sets.items():
            yield Target(f"{pair} {name}: ms a sentence, median", found["ms"]["p50"], 40)
            yield Target(f"{pair} {name}: ms a sentence, p95", found["ms"]["p95"], 200)


def _cached(cache: dict[str, Any]) -> Iterator[Target]:
    for name, found in cache.items():
        if found["n"]:
            yield Target(f"{name.removesuffix('_ms')} from the cache: ms, p95", found["p95"], 5)


def _tts(tts: dict[str, Any]) -> Iterator[Target]:
    levels = [found["loudness_lufs"] for found in tts.values()]
    for name, found in tts.items():
        yield Target(f"{name}: ms to the first sound, median", found["first_sound_ms"], 500)
        yield Target(f"{name}: peak, dBFS", found["peak_dbfs"], -0.1)
    if levels:
        yield Target("loudness of voices, ± LU around the middle", round((max(levels) - min(levels)) / 2, 1), 2)
