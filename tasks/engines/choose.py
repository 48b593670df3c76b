"""Which engine serves what: pure functions of what is asked, what is on offer and what the operator prefers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BEST_FIRST: Final = (
    "whisper-ct2",
    "bergamot",  # as good as Argos for its pairs, and several times faster
    "argos",
    "opus-ct2",
    "nllb-ct2",
    "pivot",
    "endpoint",
    "gguf",
    "hibari",
    "piper",
    "kokoro",
    "gtts",
    "espeak",
)
"""Formats of models and other engines; of two that serve the same, the earlier is taken."""

QUICK: Final = frozenset({"hibari", "piper", "espeak"})
"""Voices that are fast enough to catch up."""

THROUGH: Final = "en"
"""The language that pivots meet in: the one that models are trained from and to."""


@dataclass(frozen=True)
class Offer:
    """An engine that could be loaded on this machine."""

    name: str
    format: str
    """A member of `BEST_FIRST`."""
    serves: frozenset[str]
    """Languages, or pairs like "en>pt" for translation."""
    default: bool = False
    """Whether it comes with every installation."""
    parts: tuple[str, ...] = ()
    """Names of the two offers that a pivot is made of."""


class PreferenceError(ValueError):
    """A setting cannot be understood; the message says what it may hold."""


def ranked(wanted: str, offers: Iterable[Offer], preferred: Mapping[str, str], *, late: bool = False) -> list[Offer]:
    """Everything that serves `wanted`, the best first.

    Args:
        wanted: a language, or a pair like "en>pt".
        offers: engines of one kind.
        preferred: what is wanted → name of the engine that the operator wants there (`preferences`).
        late: whether speech is behind, so that a quick voice is worth more than a clear one.
    """

    def rank(offer: Offer) -> tuple[object, ...]:
        return (
            late and offer.format not in QUICK,
            offer.name != preferred.get(wanted),
            BEST_FIRST.index(offer.format),
            len(offer.serves) > 1,  # a model made for this one language, brought in for its sake
            not offer.default,
            offer.name,
        )

    return sorted((offer for offer in offers if wanted in offer.serves), key=rank)


def best(wanted: str, offers: Iterable[Offer], preferred: Mapping[str, str], *, late: bool = False) -> Offer | None:
    """The first of `ranked`, None when nothing serves `wanted`."""
    return next(iter(ranked(wanted, offers, preferred, late=late)), None)


def preferences(setting: str, variable: str, offers: Sequence[Offer]) -> dict[str, str]:
    """A setting like "pt=espeak-ng,en=kokoro-82m-int8" as what is wanted → engine.

    Raises:
        PreferenceError: it is not of that form, or names an engine that is not here or does not serve it.
    """
    chosen: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in setting.split(","))):
        wanted, _, name = part.partition("=")
        if not any(offer.name == name and wanted in offer.serves for offer in offers):
            known = "; ".join(f"{one}={'|'.join(names)}" for one, names in _by_service(offers).items())
            raise PreferenceError(f"{variable} holds {part!r}, which is none of: {known or 'nothing is installed'}")
        chosen[wanted] = name
    return chosen


def pivots(offers: Sequence[Offer], languages: Iterable[str]) -> list[Offer]:
    """Offers made of two, for pairs of `languages` that are not served directly.

    Each half is the best there is for it; drafts are not built upon.
    """
    solid = [offer for offer in offers if offer.format not in ("gguf", "endpoint")]
    found: list[Offer] = []
    others = sorted(set(languages) - {THROUGH})
    for source in others:
        for target in others:
            pair = f"{source}>{target}"
            first, second = best(f"{source}>{THROUGH}", solid, {}), best(f"{THROUGH}>{target}", solid, {})
            if source != target and first and second and best(pair, solid, {}) is None:
                parts = (first.name, second.name)
                found.append(Offer("+".join(parts), "pivot", frozenset({pair}), parts=parts))
    return found


def services(offers: Iterable[Offer]) -> list[str]:
    """Everything that some offer serves."""
    return sorted({one for offer in offers for one in offer.serves})


def _by_service(offers: Sequence[Offer]) -> dict[str, list[str]]:
    return {wanted: [offer.name for offer in offers if wanted in offer.serves] for wanted in services(offers)}
