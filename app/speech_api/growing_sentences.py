"""The sentences of one stretch of speech as they are heard: what is shown of them stays, and each is over once."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.languages.sentences import MIN_SENTENCE_WORDS, sentence_spans
from tasks.languages.text import GrowingText, words_of
from tasks.wire.requests import Transcribed


@dataclass(frozen=True)
class Sentence:
    """A sentence, or what has come of it."""

    number: int
    """Counts those of the stretch of speech from 0."""
    text: str
    over: bool
    words: slice | None
    """Which of the words that were heard it is; None where that is not known."""


class GrowingSentences:
    """Those of one stretch of speech."""

    def __init__(self) -> None:
        self._growing = GrowingText()
        self._over = 0  # sentences
        self._words = 0  # of these
        self._shown = ""  # of the one that goes on

    def grown(self, answer: Transcribed) -> list[Sentence]:
        """What a hypothesis adds: sentences that are over now, and the one that goes on where there is more of it."""
        self._growing = self._growing.grown(answer.text)
        *over, rest = self._cut(self._growing.shown) or [""]
        found = [self._end(text, answer) for text in over]
        if rest != self._shown:
            self._shown = rest
            found.append(self._sentence(rest, answer, over=False))
        return found

    def finished(self, answer: Transcribed) -> list[Sentence]:
        """The rest, once all of it is known."""
        return [self._end(text, answer) for text in self._cut(self._growing.finished(answer.text))]

    def _cut(self, text: str) -> list[str]:
        """The sentences of what follows those that are over.

        The first of them holds all that was shown of it, although a full stop was heard within that afterwards.
        """
        rest = "".join(words_of(text)[self._words :]).strip()
        found: list[str] = []
        begin = 0
        for _, end in sentence_spans(rest):
            least = MIN_SENTENCE_WORDS if found else max(MIN_SENTENCE_WORDS, len(words_of(self._shown)))
            if len(words_of(rest[begin:end])) >= least:
                found.append(rest[begin:end].strip())
                begin = end
        if left := rest[begin:].strip():
            found.append(left)
        return found

    def _end(self, text: str, answer: Transcribed) -> Sentence:
        sentence = self._sentence(text, answer, over=True)
        self._over += 1
        self._words += len(words_of(text))
        self._shown = ""
        return sentence

    def _sentence(self, text: str, answer: Transcribed, *, over: bool) -> Sentence:
        heard, end = answer.words or [], self._words + len(words_of(text))
        known = end <= len(heard) == len(words_of(answer.text))
        return Sentence(self._over, text, over, slice(self._words, end) if known else None)
