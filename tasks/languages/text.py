"""The little handling of text that edge and workers share: its form, what of a growing one is certain, its loops."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import takewhile
from typing import Final, TypeVar

V = TypeVar("V")

_PUNCTUATION = re.compile(r"[^\w]+")
_UNSPACED: Final = "\u0e01-\u0e4e\u3001-\u30ff\u3400-\u9fff\uff01-\uff1f"
_WORD = re.compile(rf"(\s*)([{_UNSPACED}]|[^\s{_UNSPACED}]+)")


def composed(value: V) -> V:
    """`value` with every text in it, keys too, in the composed form (NFC) in which all else here is written.

    macOS and some keyboards give letters and marks apart (NFD): to a search, a glossary or a voice these are others.
    """
    done: object = value
    if isinstance(value, str):
        done = unicodedata.normalize("NFC", value)
    elif isinstance(value, dict):
        done = {composed(key): composed(item) for key, item in value.items()}
    elif isinstance(value, list):
        done = [composed(item) for item in value]
    return done  # type: ignore[return-value]


@dataclass(frozen=True)
class GrowingText:
    """What has been shown of an utterance that goes on, and its newest hypothesis."""

    shown: str = ""
    """It only grows."""
    hypothesis: str = ""

    def grown(self, hypothesis: str) -> GrowingText:
        """What is shown and known after one more hypothesis: also the words that it and the one before agree on.

        Case and punctuation do not count as disagreement; the newer spelling is used. Words that were shown are never
        taken back or changed (LocalAgreement-2 of Macháček, Dabre, Bojar, "Turning Whisper into Real-Time
        Transcription System", 2023).
        """
        words = words_of(hypothesis)
        start, end = len(words_of(self.shown)), agreed(words, words_of(self.hypothesis))
        return GrowingText("".join([self.shown, *words[start:end]]).strip(), hypothesis)

    def finished(self, text: str) -> str:
        """The whole text, once it is known: as it is where it begins with the words that were shown.

        Otherwise it is these and what follows them in it.
        """
        shown, words = words_of(self.shown), words_of(text)
        start = continuation(shown, words)
        if [key(word) for word in words[:start]] == [key(word) for word in shown]:
            return text
        return "".join([*shown, *words[start:]]).strip()


def agreed(first: Iterable[str], second: Iterable[str]) -> int:
    """How many words two texts begin with together, whatever their case and punctuation."""
    pairs = zip(first, second, strict=False)
    return len(list(takewhile(lambda pair: key(pair[0]) == key(pair[1]), pairs)))


def continuation(beginning: Sequence[str], text: Sequence[str]) -> int:
    """Where in the words of a text those start that come after what stands for `beginning` in it.

    That is behind the last word that both have, and behind as many more as `beginning` goes on.
    """
    ours, theirs = [key(word) for word in beginning], [key(word) for word in text]
    if theirs[: len(ours)] == ours:
        return len(ours)
    *blocks, _end = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    last = blocks[-1] if blocks else Match(0, 0, 0)
    return min(len(text), last.b + len(beginning) - last.a)


def words_of(text: str) -> list[str]:
    """The words of `text` with the space before each; where a script has no spaces, every character is one."""
    return [f" {word}" if space else word for space, word in _WORD.findall(text)]


def key(word: str) -> str:
    """What a word is compared by: without case and punctuation."""
    word = word.strip()
    return _PUNCTUATION.sub("", word.lower()) or word


def compression_ratio(text: str) -> float:
    """Bytes of `text` by bytes of it compressed; above 2.4 Whisper's authors call it a loop."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0
