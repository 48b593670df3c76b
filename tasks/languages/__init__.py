"""The spoken languages, one a file. Pure data and small functions: the web process imports it too.

The languages that the *pages* can be read in are another thing: see `app.i18n.catalogue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tasks.languages.arabic import ARABIC
from tasks.languages.chinese import CHINESE
from tasks.languages.english import ENGLISH
from tasks.languages.french import FRENCH
from tasks.languages.german import GERMAN
from tasks.languages.hebrew import HEBREW
from tasks.languages.indonesian import INDONESIAN
from tasks.languages.italian import ITALIAN
from tasks.languages.japanese import JAPANESE
from tasks.languages.korean import KOREAN
from tasks.languages.language import Language
from tasks.languages.portuguese import PORTUGUESE
from tasks.languages.spanish import SPANISH
from tasks.languages.thai import THAI
from tasks.languages.vietnamese import VIETNAMESE

_FIRST: Final = (ENGLISH, PORTUGUESE, VIETNAMESE)
_MORE: Final = (
    SPANISH, FRENCH, GERMAN, ITALIAN, INDONESIAN, ARABIC, HEBREW, CHINESE, JAPANESE, KOREAN, THAI,
)  # fmt: skip

LANGUAGES: Final[Mapping[str, Language]] = {language.code: language for language in (*_FIRST, *_MORE)}
"""BCP 47 primary subtag → every language that a person can speak and read here, in the order of the forms."""

FIRST_LANGUAGES: Final = tuple(language.code for language in _FIRST)
"""Those that every form offers; the others where something here translates them."""


def described(code: str) -> Language:
    """What is known of the language `code`; of one that is not among `LANGUAGES` nothing but its code."""
    return LANGUAGES.get(code) or Language(code, code, code)
