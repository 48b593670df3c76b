"""Whether a text is in the language it should be in. Tells apart the languages that calls are held in, no others."""

from __future__ import annotations

import re
import unicodedata
from itertools import permutations
from typing import Final

from tasks.languages import LANGUAGES, described
from tasks.languages.language import Language

ALL_PAIRS: Final = frozenset(permutations((code for code, known in LANGUAGES.items() if known.drafts), 2))
"""What a capable model behind an endpoint is trusted with."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FREQUENT_WORDS: Final = {code: known.traits.frequent_words for code, known in LANGUAGES.items()}
_OWN_LETTERS: Final = {
    code: re.compile(f"[{known.traits.own_letters}]") for code, known in LANGUAGES.items() if known.traits.own_letters
}
ENGLISH: Final = "en"
_UNMISTAKABLE: Final = frozenset(
    {
        "the", "we", "is", "was", "are", "were", "and", "of", "with", "they", "she", "this", "that", "have", "has",
        "had", "your", "my", "been", "their", "his", "her", "not", "it", "you", "from", "but", "if", "when", "what",
        "will", "would",
    }
)  # fmt: skip
"""English words that are none in a language which has drafts into it. Models leave some as they were."""

_TAKEN_OVER: Final = frozenset({"phở", "bánh", "mì", "bún", "chả", "nem", "áo", "dài", "tết", "đồng"})
"""Vietnamese words that are used in other languages."""

_MARKED = re.compile("[à-öø-ýăđĩũơưạ-ỹ]")
_UNMARKED: Final = [code for code, known in LANGUAGES.items() if known.traits.unmarked]


def frequent_words(text: str, language: str) -> list[str]:
    """The words of `text` that are among the commonest of `language`."""
    known = _FREQUENT_WORDS.get(language, frozenset())
    return [word for word in words_of(text) if word in known]


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case, without numbers."""
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def wrong_language(source: str, output: str, target: str) -> str:
    """Why `output` is not `target`; empty when it may be. Names from `source` do not count."""
    names = _names(source)
    foreign = {letter for letter in output if _other_script(letter)} - set(source)
    if foreign:
        return f"it has letters of another script ({''.join(sorted(foreign))[:10]})"
    new = [word for word in words_of(output) if word not in names]
    text = " ".join(new)
    wanted = described(target)
    if _unmarked(new, wanted):
        return f"it is not {wanted.english_name}"
    if target not in LANGUAGES:
        return ""
    for other, letters in _OWN_LETTERS.items():
        if other != target and _has_words_with(letters, new, wanted):
            return f"it has {LANGUAGES[other].english_name} words"
    counts = {language: len(frequent_words(text, language)) for language in LANGUAGES}
    own = counts.pop(target, 0)
    likeliest = max(counts, key=lambda language: counts[language])
    if counts[likeliest] >= 2 and counts[likeliest] > 2 * own:
        return f"it looks like {LANGUAGES[likeliest].english_name}"
    if left := [word for word in new if word in _UNMISTAKABLE and target != ENGLISH] or _foreign(output, names, wanted):
        return f"it has words of another language ({left[0]})"
    if left := _left(source, output, wanted):
        return f"it has words that were left as they were ({left[0]})"
    return ""


def _foreign(output: str, names: set[str], wanted: Language) -> list[str]:
    """Words of `output` that the language `wanted` has not: those with a capital are names, but for the first."""
    if not wanted.traits.plain_words:
        return []
    small = [word for word in output.split() if word == word.lower()]
    words = words_of(" ".join([*output.split()[:1], *small]))
    known = re.compile(wanted.traits.plain_words)
    return [word for word in words if word.isascii() and word not in names and not known.fullmatch(word)]


def _left(source: str, output: str, wanted: Language) -> list[str]:
    """Words with accents that `output`, in a language without any, has from `source`, where they are no names."""
    small = {word for part in source.split() if part == part.lower() for word in words_of(part)} - _TAKEN_OVER
    return [word for word in words_of(output) if wanted.traits.unmarked and word in small and _MARKED.search(word)]


def _names(text: str) -> set[str]:
    """Words of `text` that are written large and are no common words."""
    common = frozenset().union(*_FREQUENT_WORDS.values())
    large = [part for part in unicodedata.normalize("NFC", text).split() if part != part.lower()]
    return {word for part in large for word in words_of(part)} - common


def _unmarked(words: list[str], wanted: Language) -> bool:
    """Whether `words` lack the accents that so many words of the language `wanted` always have."""
    text = " ".join(words)
    if wanted.traits.marked_from is None or _MARKED.search(text):
        return False
    return len(words) >= wanted.traits.marked_from or any(frequent_words(text, code) for code in _UNMARKED)


def _has_words_with(letters: re.Pattern[str], words: list[str], wanted: Language) -> bool:
    """Whether too many of `words` have `letters`, which `wanted` has not; one dish or one place may."""
    foreign, share = (_MARKED, 0.5) if wanted.traits.unmarked else (letters, 0.4)
    marked = sum(1 for word in words if foreign.search(word))
    return marked >= 2 and marked >= share * len(words)


def _other_script(letter: str) -> bool:
    name = unicodedata.name(letter, "")
    return letter.isalpha() and not name.startswith(("LATIN", "FEMININE", "MASCULINE"))  # the last two: ª, º
