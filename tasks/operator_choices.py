"""What administrators have set for engines and terms, on its way from the database of `web` to the workers.

`web` writes it to Redis and writes it again when Redis has lost it; workers look every two seconds and keep what they
have while it is not there. Pure but for `refresh`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import redis

from tasks.engines.description import Offer
from tasks.engines.translation import glossary
from tasks.wire import keys
from tasks.wire.administration import Configuration, Kind, Term, Use
from tasks.wire.messages import decode

HOTWORDS: Final = 100
"""Terms that are given to a recogniser at most; it heeds about 25 of them (`engines.stt.whisper.vocabulary`)."""


class OperatorChoices(Configuration, frozen=True, kw_only=True):
    """What administrators have set, as a worker uses it."""

    def preferred(self, kind: Kind) -> dict[str, str]:
        """What is wanted → the engine chosen for it."""
        return {choice.wanted: choice.engine for choice in self.choices if choice.kind == kind and choice.engine}

    def allowed(self, kind: Kind, offers: Iterable[Offer]) -> list[Offer]:
        """The offers, none to be chosen for what is switched off. They are loaded with it all the same.

        What is loaded is kept when choices change, and may be half of a pivot that is not switched off.
        """
        off = self.switched_off(kind)
        return [replace(offer, withheld=off) for offer in offers]

    def switched_off(self, kind: Kind) -> frozenset[str]:
        """What nothing is to serve."""
        return frozenset(choice.wanted for choice in self.choices if choice.kind == kind and not choice.enabled)

    def off(self) -> list[str]:
        """Everything that nothing is to serve, as "translate:en>pt"."""
        return sorted(f"{choice.kind}:{choice.wanted}" for choice in self.choices if not choice.enabled)

    def hotwords(self, language: str) -> list[Term]:
        """Terms that may well be said in `language`, the oldest first, each spelling once."""
        found = {term.source: term for term in self.terms if term.hotword and term.source_language == language}
        return list(found.values())[:HOTWORDS]

    def phrases(self, language: str) -> list[str]:
        """Terms of several words in `language`."""
        return sorted({term.source for term in self.terms if term.source_language == language and " " in term.source})

    def translated(self, source: str, target: str, text: str) -> list[Term]:
        """Terms with a translation of their own that may be in `text`: looking closer costs more, and is done later."""
        folded, pair = text.casefold(), (source, target)
        return [
            term
            for term in self.terms
            if term.translate
            and (term.source_language, term.target_language) == pair
            and _first_word(term.source) in folded
        ]

    def pronounced(self, text: str, language: str) -> tuple[str, list[Term]]:
        """`text` with terms spelled as they are to be said, and the terms that were in it."""
        folded = text.casefold()
        terms = [
            term
            for term in self.terms
            if term.spoken and term.target_language == language and _first_word(term.target) in folded
        ]
        used: list[Term] = []
        for term in sorted(terms, key=lambda known: -len(known.target)):
            spans = glossary.find(text, [glossary.Term(term.target, term.spoken)])
            for span in reversed(spans):
                text = text[: span.start] + span.target + text[span.end :]
            used += [term] if spans else []
        return text, used


def _first_word(words: str) -> str:
    return words.partition(" ")[0].casefold()


_current = OperatorChoices()
_read: bytes | None = None


def current() -> OperatorChoices:
    """What holds in this process."""
    return _current


def refresh(client: redis.Redis) -> bool:
    """Look for a newer configuration; whether the choice of engines has changed.

    Raises:
        redis.RedisError: Redis does not answer; what was known stays.
        msgspec.DecodeError: `web` is of another version; what was known stays.
    """
    global _current, _read
    data = client.get(keys.CONFIGURATION)
    if not isinstance(data, bytes) or data == _read:
        return False
    newer = decode(data, OperatorChoices)
    changed = newer.choices != _current.choices
    _current, _read = newer, data
    return changed


def forget() -> None:
    """Know nothing, as a process that has just started."""
    global _current, _read
    _current, _read = OperatorChoices(), None


def note(client: redis.Redis, terms: Iterable[Term], use: Use) -> None:
    """Count what terms did, for whoever keeps the glossary (`keys.terms_fired`)."""
    for term in terms:
        client.hincrby(keys.terms_fired(use), str(term.id), 1)


def as_glossary(terms: Iterable[Term]) -> list[glossary.Term]:
    """The terms as translation wants them."""
    return [glossary.Term(term.source, term.target) for term in terms]
