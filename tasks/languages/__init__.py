"""The spoken languages, one a file. Pure data and small functions: the web process imports it too.

The languages that the *pages* can be read in are another thing: see `app.i18n.catalogue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tasks.languages.english import ENGLISH
from tasks.languages.language import Language
from tasks.languages.portuguese import PORTUGUESE
from tasks.languages.vietnamese import VIETNAMESE

LANGUAGES: Final[Mapping[str, Language]] = {language.code: language for language in (ENGLISH, PORTUGUESE, VIETNAMESE)}
"""BCP 47 primary subtag → every language that a person can speak and read here, in the order of the forms."""


def described(code: str) -> Language:
    """What is known of the language `code`; of one that is not among `LANGUAGES` nothing but its code."""
    return LANGUAGES.get(code) or Language(code, code, code)
