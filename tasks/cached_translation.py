"""Translating through the cache: `tasks.engines.translation.faithful`, not done twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from tasks import cache
from tasks.engines.base import Translator
from tasks.engines.translation import faithful
from tasks.engines.translation.faithful import Faithful
from tasks.engines.translation.glossary import Term, find

FORMAT: Final = 2
"""Goes up whenever `faithful` changes what comes out for the same engine and text."""


def translate(
    engine: Translator, text: str, source: str, target: str, glossary: Sequence[Term] = (), *, retry: bool = True
) -> Faithful:
    """As `faithful.translate`, from the cache where the same engine has translated the same text before.

    Raises:
        EngineError: the engine gave no translation.
    """
    used = sorted((term.source, term.target) for term in glossary if find(text, [term]))
    parts = (FORMAT, engine.name, engine.fingerprint, source, target, text, used, retry)
    if (found := cache.get("translation", parts)) is not None:
        return msgspec.msgpack.decode(found, type=Faithful)
    translated = faithful.translate(engine, text, source, target, glossary, retry=retry)
    cache.put("translation", parts, msgspec.msgpack.encode(translated))
    return translated
