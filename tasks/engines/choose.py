"""Which engine serves which language: pure functions of what is asked and what is available."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Final

_STT: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("whisper-base",),
    "pt": ("whisper-base",),
    "vi": ("whisper-base",),
}
_TRANSLATE: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("en", "pt"): ("bergamot-en-pt",),
    ("pt", "en"): ("bergamot-en-pt",),
}
_SPEAK: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("hibari-en", "kokoro-82m-int8", "espeak-ng"),
    "pt": ("kokoro-82m-int8", "espeak-ng"),
    "vi": ("espeak-ng",),
}
"""Best first."""

_QUICK: Final = frozenset({"hibari-en", "espeak-ng"})
"""Voices that are fast enough to catch up."""


class PreferenceError(ValueError):
    """SPEAK_WITH cannot be understood; the message says what it may hold."""


def speech_to_text(language: str, available: Set[str]) -> str | None:
    """Name of the engine that transcribes `language`, None when there is none."""
    return _first(_STT.get(language, ()), available)


def translator(source: str, target: str, available: Set[str]) -> str | None:
    """Name of the engine that translates `source` into `target`, None when there is none."""
    return _first(_TRANSLATE.get((source, target), ()), available)


def voice(language: str, available: Set[str], *, late: bool, preferred: Mapping[str, str]) -> str | None:
    """Name of the engine that speaks `language`, None when there is none.

    Args:
        language: what to speak.
        available: names of the engines that can be used.
        late: whether speech is behind, so that a quick voice is worth more than a clear one.
        preferred: language → engine that the operator wants there (`preferences`).
    """
    offered = _SPEAK.get(language, ())
    wanted = preferred.get(language)
    ranked = sorted(offered, key=lambda name: (late and name not in _QUICK, name != wanted))
    return _first(ranked, available)


def preferences(setting: str) -> dict[str, str]:
    """SPEAK_WITH ("pt=espeak-ng,en=kokoro-82m-int8") as language → engine.

    Raises:
        PreferenceError: it is not of that form, or names an engine that does not speak the language.
    """
    chosen: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in setting.split(","))):
        language, _, name = part.partition("=")
        if name not in _SPEAK.get(language, ()):
            known = "; ".join(f"{key}={'|'.join(names)}" for key, names in _SPEAK.items())
            raise PreferenceError(f"SPEAK_WITH holds {part!r}, which is none of {known}")
        chosen[language] = name
    return chosen


def languages_heard() -> list[str]:
    """Every language some engine could transcribe."""
    return sorted(_STT)


def pairs() -> list[tuple[str, str]]:
    """Every (source, target) some engine could translate."""
    return sorted(_TRANSLATE)


def languages_spoken() -> list[str]:
    """Every language some engine could speak."""
    return sorted(_SPEAK)


def _first(names: tuple[str, ...] | list[str], available: Set[str]) -> str | None:
    return next((name for name in names if name in available), None)
