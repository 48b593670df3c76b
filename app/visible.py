"""What people type on one line, as it is seen: names of people and rooms, terms, sentences.

Unicode has many characters that show nothing. Most of them only hide or disguise: a name of a Hangul filler, a Braille
blank or an accent alone is an empty place, and a zero-width space makes two names of one look. Some shape what is seen:
a Persian word needs its zero-width non-joiner, a family its joiners, the flag of England its tags. Here the latter stay
and the former go, by what they stand beside (Unicode 16, chapters 9, 12 and 23; UTS #51, ED-14a to ED-16).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

_JOINERS: Final = "\u200c\u200d"
_ZWJ: Final = "\u200d"
_BLACK_FLAG: Final = "\N{WAVING BLACK FLAG}"
_CANCEL_TAG: Final = "\U000e007f"

_BLANK: Final = frozenset(
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers: letters to Unicode, an empty place to the eye
    "\u2800"  # Braille, no dots
    "\U0001d159"  # a note without a head
    "\U00013441\U00013442"  # Egyptian blanks
    "\ufffc"  # stands for an object that text cannot hold
)
"""Show nothing, though their categories are those of letters and symbols."""
_INVISIBLE_MARKS: Final = frozenset("\u034f\u17b4\u17b5\U00016fe4")
_NOTHING: Final = (range(0xFDD0, 0xFDF0), range(0xFFF0, 0xFFF9), range(0xE0000, 0xE0100), range(0xE01F0, 0xE1000))
"""No characters, or ignored by default, whatever they may be given to."""
_NUMBER_SIGNS: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Format characters that are seen: they enclose the digits or letters after them."""
_ALPHABETS: Final = frozenset({"LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARMENIAN", "GEORGIAN"})
_EAST_ASIAN: Final = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
_UNJOINED: Final = _ALPHABETS | _EAST_ASIAN
"""Scripts, by the first word of their letters' names, in which a joiner changes nothing that is seen."""


def clean(typed: object, limit: int) -> str:
    """One line of text as it is seen, composed (NFC), spaces run together; "" where nothing would be seen.

    What is longer than `limit` characters comes back longer, though not in all its length, so that the caller can
    refuse it: nothing is cut within a character that people see as one.
    """
    text = typed if isinstance(typed, str) else ""
    spaced = "".join(" " if c.isspace() or c in _BLANK else c for c in unicodedata.normalize("NFC", text[: 4 * limit]))
    return " ".join(word for part in spaced.split() if (word := "".join(_seen(part))))


def _seen(word: str) -> Iterator[str]:
    """The characters of a word that are seen, or shape what is."""
    before = ""  # what has been kept so far
    at = 0
    while at < len(word):
        kept, at = _kept(before, word, at)
        before += kept
        yield kept


def _kept(before: str, word: str, at: int) -> tuple[str, int]:
    """What is kept of a word from a position on, and the position after what was looked at."""
    c = word[at]
    if before.endswith(_BLACK_FLAG) and (tags := _tags(word[at:])):
        return tags, at + len(tags)
    following = word[at + 1 : at + 2]
    stays = _joins(before, c, following) if c in _JOINERS else _shows(before, c)
    return c if stays else "", at + 1


def _tags(rest: str) -> str:
    """The tags of a flag, such as those of England's, where they are whole."""
    end = rest.find(_CANCEL_TAG)
    letters = rest[:end] if end > 0 else ""
    regional = all("\U000e0030" <= c <= "\U000e0039" or "\U000e0061" <= c <= "\U000e007a" for c in letters)
    return rest[: end + 1] if letters and regional else ""


def _joins(before: str, joiner: str, following: str) -> bool:
    """Whether a joiner changes how what stands beside it looks: within an emoji, or among letters that join."""
    base = before.rstrip("\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")[-1:]
    if joiner == _ZWJ and following and _pictures(base) and _pictures(following):
        return True
    if not before or before[-1] in _JOINERS or unicodedata.category(before[-1])[0] not in "LM":
        return False
    # At the end of a word a joiner shows a letter in its middle form, as in Persian abbreviations.
    more = unicodedata.category(following)[0] in "LM" if following else joiner == _ZWJ
    return more and unicodedata.name(before[-1], "").partition(" ")[0] not in _UNJOINED


def _pictures(c: str) -> bool:
    """Whether it may be a part of an emoji; those newer than this Python have no category yet."""
    return c != "" and unicodedata.category(c) in {"So", "Sm", "Cn"}


def _shows(before: str, c: str) -> bool:
    """Whether a character is seen, or changes how the one before it looks."""
    if c in _INVISIBLE_MARKS or any(ord(c) in span for span in _NOTHING) or ord(c) & 0xFFFE == 0xFFFE:
        return False
    category = unicodedata.category(c)
    if category[0] == "M":  # an accent, a vowel sign, a choice of form: nothing without a letter or sign to stand on
        return before != "" and not (_selects(c) and _selects(before[-1]))
    return c in _NUMBER_SIGNS or category not in {"Cc", "Cf", "Cs", "Co"}


def _selects(c: str) -> bool:
    """Whether it is a variation selector: which form of the character before it is meant."""
    return "\ufe00" <= c <= "\ufe0f" or "\u180b" <= c <= "\u180f" or "\U000e0100" <= c <= "\U000e01ef"
