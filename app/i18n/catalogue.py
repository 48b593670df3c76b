"""Translated texts of the request that is being answered.

Translations are kept as text (`catalogues/*.po`) and compiled in memory when first used: nothing built can be out of
date, and there is no binary file for two people to change at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER: Final = Path(__file__).parent / "catalogues"
SOURCE: Final = "en"
"""The language that the texts in the source are written in."""
INTERFACE: Final = (SOURCE, *sorted(path.stem for path in FOLDER.glob("*.po")))
"""Languages that the pages can be read in."""

_locale: ContextVar[str] = ContextVar("interface_language", default=SOURCE)


def N_(message: str) -> str:  # noqa: N802 - the name that extraction knows
    """Mark a text for translation where it is written; it is translated where it is shown, with `gettext`."""
    return message


def locale() -> str:
    """The interface language of this request, one of `INTERFACE`."""
    return _locale.get()


def use(language: str) -> None:
    """Answer the rest of this request in a language; anything but a language of `INTERFACE` means English."""
    _locale.set(language if language in INTERFACE else SOURCE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Make texts in another language meanwhile."""
    before = _locale.get()
    use(language)
    try:
        yield
    finally:
        _locale.set(before)


def gettext(message: str, **values: object) -> str:
    """The text in this request's language, its `%(name)s` filled with `values`."""
    text = translated(message)
    return text % values if values else text


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The text that suits a number; `%(num)s` in it is the number."""
    return translated_for(one, many, count) % ({"num": count} | values)


def translated(message: str) -> str:
    """The text in this request's language as it is kept, for templates, which fill it themselves."""
    return _translations(locale()).gettext(message)


def translated_for(one: str, many: str, count: int) -> str:
    """The same for a text that depends on a number."""
    return _translations(locale()).ngettext(one, many, count)


def read(language: str) -> Catalog:
    """The translations into a language as they are kept.

    Raises:
        FileNotFoundError: there are none.
    """
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def _translations(language: str) -> NullTranslations:
    if language == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read(language))
    compiled.seek(0)
    return GNUTranslations(compiled)
