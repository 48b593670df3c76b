"""Which of our languages a browser prefers."""

from __future__ import annotations

from collections.abc import Collection


def preferred(header: str, known: Collection[str], otherwise: str) -> str:
    """The known language that the `Accept-Language` header wants most, `otherwise` if it wants none of them.

    Ranges that are malformed are passed over: browsers send what their users typed.
    """
    best, best_quality = otherwise, 0.0
    for item in header.split(",")[:30]:
        range_, _, parameters = item.partition(";")
        language = range_.strip().split("-")[0].lower()
        name, _, value = parameters.partition("=")
        try:
            quality = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        if language in known and quality > best_quality:
            best, best_quality = language, quality
    return best
