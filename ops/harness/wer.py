"""Word error rate of a transcript: jiwer on texts normalised by whisper-normalizer.

English uses Whisper's EnglishTextNormalizer (numbers, contractions, spelling); other languages use its
BasicTextNormalizer after digits have been made comparable: "7.000" and "7 000" count as "7000", and Portuguese and
Vietnamese numbers are then spelled out.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

import jiwer
from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

from tasks.languages.portuguese import Portuguese
from tasks.languages.spoken_rules import SpokenRules
from tasks.languages.vietnamese import Vietnamese

_NUMBER = re.compile(r"\b\d{1,9}\b")
_RULES: Final[dict[str, SpokenRules]] = {"pt": Portuguese(), "vi": Vietnamese()}
"""English needs none: Whisper's own normaliser turns its number words into digits."""

_GROUPED = re.compile(r"(?<=\d)[.,\s](?=\d{3}\b)")


@cache
def _english() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


@cache
def _basic() -> BasicTextNormalizer:
    return BasicTextNormalizer()


def spelled(text: str, language: str) -> str:
    """`text` with its whole numbers in words, as voices say them, where `language` is normalised so.

    Whisper writes digits or words as it likes (in Vietnamese even "1" for the article "một"), references do likewise.
    """
    rules = _RULES.get(language)
    return _NUMBER.sub(lambda found: rules.cardinal(int(found[0])), text) if rules else text


def normalise(text: str, language: str) -> str:
    """`text` as it is compared: lower case, no punctuation, numbers written in one way."""
    joined = _GROUPED.sub("", unicodedata.normalize("NFC", text))
    result: str = _english()(joined) if language == "en" else _basic()(spelled(joined, language))
    return " ".join(result.split())


def wer(reference: str, hypothesis: str, language: str) -> float:
    """Word error rate of one transcript, as a fraction (can exceed 1)."""
    return corpus_wer([(reference, hypothesis)], language)


def corpus_wer(pairs: list[tuple[str, str]], language: str) -> float:
    """Word error rate over (reference, hypothesis) pairs together: all errors by all reference words."""
    references = [normalise(reference, language) for reference, _ in pairs]
    hypotheses = [normalise(hypothesis, language) for _, hypothesis in pairs]
    return float(jiwer.wer(references, hypotheses))
