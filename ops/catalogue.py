"""Brings the catalogues of the interface up to date with the texts in the source: `python -m ops.catalogue`.

New texts are added untranslated, texts that nothing uses any more go, and the entries are sorted, each text on one
line. It ends with 1 and names every text that still lacks a translation. tests/web/test_translations.py holds the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from app.i18n.catalogue import FOLDER, INTERFACE, SOURCE, read

ROOT: Final = Path(__file__).resolve().parent.parent
METHODS: Final = [("app/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS: Final = {"templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "newstyle_gettext": "true"}}
KEYWORDS: Final = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}


def extracted() -> Catalog:
    """Every text in the source that people read."""
    catalog = Catalog()
    for folder in ("app", "templates"):
        found = extract_from_dir(
            ROOT / folder,
            [(pattern.partition("/")[2], method) for pattern, method in METHODS if pattern.startswith(folder)],
            {pattern.partition("/")[2]: options for pattern, options in OPTIONS.items()},
            keywords=KEYWORDS,
            comment_tags=("For translators:",),
            strip_comment_tags=True,
        )
        for _file, _line, message, comments, _context in found:
            catalog.add(message, auto_comments=comments)
    return catalog


def updated(language: str, texts: Catalog) -> Catalog:
    """The catalogue of a language with exactly these texts, keeping its translations."""
    catalog = read(language)
    catalog.update(texts, no_fuzzy_matching=True)
    return catalog


def untranslated(catalog: Catalog) -> Iterator[Message]:
    """Texts that lack a translation, or one of their plural forms."""
    for message in catalog:
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not all(forms):
            yield message


def written(catalog: Catalog) -> bytes:
    """A catalogue as its file holds it: no dates and no line numbers, which would differ with every change."""
    catalog.header_comment = f"# The interface in {catalog.locale.english_name if catalog.locale else ''}."
    file = BytesIO()
    write_po(file, catalog, width=0, no_location=True, ignore_obsolete=True, sort_output=True, omit_header=False)
    return b"\n".join(line for line in file.getvalue().split(b"\n") if not _changes(line))


def _changes(line: bytes) -> bool:
    return line.startswith((b'"POT-', b'"PO-Rev', b'"Last-', b'"Language-Team', b'"Generated', b'"Project', b'"Report'))


def main() -> int:
    """Rewrite every catalogue; the exit status is 1 where translations are missing."""
    texts = extracted()
    missing = 0
    for language in INTERFACE:
        if language == SOURCE:
            continue
        catalog = updated(language, texts)
        (FOLDER / f"{language}.po").write_bytes(written(catalog))
        for message in untranslated(catalog):
            missing += 1
            print(f"{language}: no translation of {message.id!r}")
    print(f"{len(texts)} texts, {missing} translations missing")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
