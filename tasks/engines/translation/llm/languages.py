"""Whether a text is in the language it should be in. Tells apart the languages that calls are held in, no others."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

NAMES: Final = {"en": "English", "pt": "Portuguese", "vi": "Vietnamese"}

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FREQUENT: Final = {
    "en": """
        the an and or but of to in on at for with from by is are was were be been am does did have has had i you he she
        it we they him her us them my your his our their this that these those not yes what who where when why how
        there here will would can could should if because about hello thanks please sorry don't it's i'm
    """,
    "pt": """
        os um uma ou mas de da dos das em na nos nas por para pelo pela com sem é são foi era ser estar está
        tem ter eu você vocês ele ela nós eles elas meu minha seu sua este esta isso não sim que quem onde quando como
        porque muito mais já aqui lá ao à se lhe olá obrigado desculpe
    """,
    "vi": """
        và hoặc nhưng của là được có không tôi bạn anh chị em ông bà nó chúng họ này kia đó đây những các một với cho từ
        đến trong ngoài trên dưới khi nếu vì thì mà để rất đã đang sẽ cũng gì ai đâu nào sao thế người ở ra vào lại xin
        chào cảm ơn vâng
    """,
}
_FREQUENT_WORDS: Final = {language: frozenset(words.split()) for language, words in _FREQUENT.items()}
"""Without words that two of them share, such as "no" and "me"."""

_VIETNAMESE_ONLY = re.compile("[ăđơưĩũạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
_MARKED = re.compile("[à-öø-ýăđĩũơưạ-ỹ]")
_SYLLABLES: Final = 4
"""Vietnamese words in a row are hardly ever all without a mark; so many never are."""


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
    if target == "vi" and not _MARKED.search(text) and (len(new) >= _SYLLABLES or frequent_words(text, "en")):
        return f"it is not {NAMES[target]}"
    if target != "vi" and target in NAMES and _has_vietnamese_words(new, target):
        return f"it has {NAMES['vi']} words"
    counts = {language: len(frequent_words(text, language)) for language in NAMES}
    own = counts.pop(target, 0)
    likeliest = max(counts, key=lambda language: counts[language])
    if counts[likeliest] >= 2 and counts[likeliest] > 2 * own and target in NAMES:
        return f"it looks like {NAMES[likeliest]}"
    return ""


def _names(text: str) -> set[str]:
    """Words of `text` that are written large and are no common words."""
    common = frozenset().union(*_FREQUENT_WORDS.values())
    large = [part for part in unicodedata.normalize("NFC", text).split() if part != part.lower()]
    return {word for part in large for word in words_of(part)} - common


def _has_vietnamese_words(words: list[str], target: str) -> bool:
    """Whether too many of `words` have letters that `target` has not; one dish or one place may."""
    letters, share = (_MARKED, 0.5) if target == "en" else (_VIETNAMESE_ONLY, 0.4)
    marked = sum(1 for word in words if letters.search(word))
    return marked >= 2 and marked >= share * len(words)


def _other_script(letter: str) -> bool:
    name = unicodedata.name(letter, "")
    return letter.isalpha() and not name.startswith(("LATIN", "FEMININE", "MASCULINE"))  # the last two: ª, º
