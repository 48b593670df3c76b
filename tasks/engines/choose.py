"""Which engine serves what: pure functions of what is asked, what is on offer and what the operator prefers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tasks.engines.description import Offer


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
            late and not offer.engine.quick,
            offer.name != preferred.get(wanted),
            offer.engine.rank,
            len(offer.serves) > 1,  # a model made for this one language, brought in for its sake
            not offer.default,
            offer.name,
        )

    return sorted((offer for offer in offers if wanted in offer.open), key=rank)


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
        if not any(offer.name == name and wanted in offer.open for offer in offers):
            known = "; ".join(f"{service}={'|'.join(names)}" for service, names in _by_service(offers).items())
            raise PreferenceError(f"{variable} holds {part!r}, which is none of: {known or 'nothing is installed'}")
        chosen[wanted] = name
    return chosen


def services(offers: Iterable[Offer]) -> list[str]:
    """Everything that some offer may be chosen for."""
    return sorted({service for offer in offers for service in offer.open})


def _by_service(offers: Sequence[Offer]) -> dict[str, list[str]]:
    return {wanted: [offer.name for offer in offers if wanted in offer.open] for wanted in services(offers)}
