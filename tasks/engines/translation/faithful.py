"""Translating so that glossary terms, numbers and names survive, and saying honestly which did not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tasks.engines.base import EngineError, Translator
from tasks.engines.translation import names, numbers
from tasks.engines.translation.glossary import CODES, NAMES, Span, Term, find, hide, restore
from tasks.engines.translation.plain import translate as by_engine
from tasks.engines.translation.terms import agrees, rendering, replaced
from tasks.languages import described
from tasks.languages.sentences import sentences
from tasks.languages.text import composed

_LAST_WORD = re.compile(r"[^\W\d_]+\s+$")


@dataclass(frozen=True)
class Faithful:
    """A translation, with what became of what had to survive."""

    text: str
    terms: tuple[str, ...] = ()
    """Translations of the glossary that stand in `text`, once for each place where the source has the term."""
    lost_terms: tuple[str, ...] = ()
    """Translations of the glossary that the engine would not take: `text` has its own words there."""
    lost_numbers: tuple[str, ...] = ()
    """Numbers of the source that `text` has in no usual writing."""
    lost_names: tuple[str, ...] = ()
    """Names of the source that `text` does not seem to have."""

    @property
    def losses(self) -> int:
        """How much was lost; 0 is what one hopes for."""
        return len(self.lost_terms) + len(self.lost_numbers) + len(self.lost_names)


def translate(
    engine: Translator, text: str, source: str, target: str, glossary: Sequence[Term] = (), *, retry: bool = True
) -> Faithful:
    """The translation of `text` by `engine`, tried again sentence by sentence where something is lost.

    A text that loses nothing costs one call of the engine. In one that lacks terms they take the place of the words it
    has for them (`terms.replaced`: two calls for each term). A sentence that still loses something is tried with terms
    behind two kinds of placeholders, and with its numbers and lost names behind them too: at most five further calls.
    What comes of these counts only where it says what the plain translation says; of those that do, the one that loses
    least.

    Args:
        engine: what translates.
        text: one or more sentences, in one or more lines.
        source: language of `text`.
        target: language to translate into.
        glossary: terms that are to be translated in one way only.
        retry: whether to try again; not worth it with an engine that takes a second.

    Raises:
        EngineError: the engine gave no translation.
    """
    text = composed(text)
    job = _Job(engine, source, target, tuple(Term(composed(term.source), composed(term.target)) for term in glossary))
    if not retry:
        return job.attempt(text, find(text, glossary)) or job.plain(text)
    whole = job.with_terms(text, job.plain(text))
    if not whole.losses:
        return whole
    try:
        again = _joined([[job.best(sentence) for sentence in sentences(line)] for line in text.split("\n")])
    except EngineError:
        return whole  # one sentence alone, perhaps a mere "…", gave nothing
    return whole if whole.losses <= again.losses else again


def _joined(lines: Sequence[Sequence[Faithful]]) -> Faithful:
    parts = [part for line in lines for part in line]
    return Faithful(
        "\n".join(" ".join(part.text for part in line) for line in lines).strip(),
        tuple(term for part in parts for term in part.terms),
        tuple(term for part in parts for term in part.lost_terms),
        tuple(number for part in parts for number in part.lost_numbers),
        tuple(name for part in parts for name in part.lost_names),
    )


@dataclass(frozen=True)
class _Job:
    engine: Translator
    source: str
    target: str
    glossary: tuple[Term, ...]
    answers: dict[str, str] = field(default_factory=dict)
    """What the engine has said to what."""

    def attempt(self, text: str, hidden: Sequence[Span], placeholders: Sequence[str] = CODES) -> Faithful | None:
        """`text` translated with `hidden` behind placeholders; None when one of them did not come back."""
        veiled = hide(text, hidden, placeholders)
        try:
            answer = self._ask(veiled.text)
        except EngineError:
            if not veiled.kept:
                raise
            return None  # the placeholders may be why; without them it will say so again
        translated, missing = restore(answer, veiled, described(self.target).agreement)
        return None if missing else self._judged(text, translated)

    def plain(self, text: str) -> Faithful:
        """`text` translated as it is."""
        return self._judged(text, self._ask(text))

    def with_terms(self, text: str, plain: Faithful) -> Faithful:
        """`plain` with the terms that it lacks in the place of the words that it has for them."""
        spans = find(text, self.glossary) if plain.lost_terms else []
        words = [self._renderings(text, span) for span in spans]
        return self._judged(text, replaced(plain.text, text, spans, words, self.target)) if spans else plain

    def _renderings(self, text: str, span: Span) -> list[str]:
        """What the engine has for a term: alone, and with the article or preposition before it."""
        before = _LAST_WORD.search(text[: span.start])
        small = before and before[0].strip().lower() in described(self.source).traits.frequent_words
        found: list[str] = []
        for start in (span.start, before.start()) if before and small else (span.start,):
            try:
                found.append(rendering(self._ask(text[start : span.end]), self.target))
            except EngineError:
                continue
        return list(dict.fromkeys(filter(None, found)))

    def _ask(self, text: str) -> str:
        if text not in self.answers:
            self.answers[text] = by_engine(self.engine, text, self.source, self.target)
        return self.answers[text]

    def _judged(self, text: str, translated: str) -> Faithful:
        kept: list[str] = []
        lost: list[str] = []
        rest = text  # numbers and names inside a term are the glossary's business
        for span in find(text, self.glossary):
            rest = rest[: span.start] + " " * (span.end - span.start) + rest[span.end :]
            wanted = span.target
            there = translated.casefold().count(wanted.casefold()) > kept.count(wanted)
            (kept if there else lost).append(wanted)
        return Faithful(
            translated,
            tuple(kept),
            tuple(lost),
            tuple(numbers.lost(rest, translated, self.source, self.target)),
            tuple(text[start:end] for start, end in names.lost(rest, translated, self.source)),
        )

    def best(self, sentence: str) -> Faithful:
        """The attempt at one sentence that loses least, the first of equals."""
        simple = self.plain(sentence)
        best = self.with_terms(sentence, simple)
        terms = find(sentence, self.glossary)
        for spans in (terms, _merged(terms, self._fragile(sentence, simple))):
            for placeholders in (CODES, NAMES) if spans and best.losses else ():
                found = self.attempt(sentence, spans, placeholders)
                if (
                    found
                    and found.losses < best.losses
                    and agrees(simple.text, found.text, [span.target for span in spans])
                ):
                    best = found
        return best

    def _fragile(self, sentence: str, plain: Faithful) -> list[Span]:
        """All numbers, written as the target language does, and the names that the plain translation lost."""
        figures = [
            Span(start, end, numbers.localised(sentence[start:end], self.source, self.target))
            for start, end in numbers.spans(sentence)
        ]
        lost = [
            Span(start, end, sentence[start:end])
            for start, end in names.names(sentence)
            if sentence[start:end] in plain.lost_names
        ]
        return figures + lost


def _merged(terms: Sequence[Span], more: Sequence[Span]) -> list[Span]:
    """All of `terms`, and those of `more` that do not touch them, in order."""
    free = [span for span in more if all(span.end <= term.start or span.start >= term.end for term in terms)]
    return sorted([*terms, *free], key=lambda span: span.start)
