"""A term of the glossary as a form or a line of CSV has it: what is wrong with it, and the clean values."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.i18n import gettext as _
from app.visible import clean
from tasks.languages import LANGUAGES
from tasks.languages.pairs import DEFAULT_PAIR
from tasks.wire.administration import Term

COLUMNS: Final = ("source_language", "target_language", "source", "target", "hotword", "translate", "spoken")
"""Of CSV files, in this order when we write them; in any order when we read them, where the first four must be."""
MAX_TERM_CHARS: Final = 120
MAX_SPOKEN_CHARS: Final = 200
MAX_TERMS: Final = 5_000
YES: Final = frozenset({"1", "yes", "y", "true", "x", "on", "sim", "s", "verdadeiro", "có"})
NO: Final = frozenset({"", "0", "no", "n", "false", "não", "falso", "không"})
DELIMITERS: Final = ",;\t"
"""Of CSV files, by where the spreadsheet runs; the first counts where a line has as many of two."""
UNSAID: Final = {"hotword": "yes", "translate": "yes"}
"""What a line of CSV without these columns means: the same as a new form."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run; such cells are written with an apostrophe before them, as spreadsheets do."""


_TOLD = re.compile(r"sep=([,;\t])\s*", re.IGNORECASE)
"""A first line that tells spreadsheets the delimiter."""


@dataclass
class TermForm:
    """One term."""

    source_language: str = DEFAULT_PAIR[0]
    target_language: str = DEFAULT_PAIR[1]
    source: str = ""
    target: str = ""
    hotword: bool = True
    translate: bool = True
    spoken: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> TermForm:
        """Check what was sent."""
        form = cls(
            source_language=_language(data.get("source_language")),
            target_language=_language(data.get("target_language")),
            source=clean(data.get("source"), MAX_TERM_CHARS),
            target=clean(data.get("target"), MAX_TERM_CHARS),
            spoken=clean(data.get("spoken"), MAX_SPOKEN_CHARS),
        )
        form.hotword = form._flag("hotword", data.get("hotword"))
        form.translate = form._flag("translate", data.get("translate"))
        form._check()
        return form

    def values(self) -> dict[str, Any]:
        """As the database has them."""
        return {name: getattr(self, name) for name in COLUMNS}

    def _flag(self, name: str, typed: object) -> bool:
        word = str(typed or "").strip().casefold()
        if word not in YES | NO:
            self.errors[name] = _("Write yes or no.")
        return word in YES

    def _check(self) -> None:
        for name in ("source_language", "target_language"):
            if getattr(self, name) not in LANGUAGES:
                self.errors[name] = _("Choose one of %(languages)s.", languages=", ".join(LANGUAGES))
        if self.source_language == self.target_language and not self.errors:
            self.errors["target_language"] = _("Choose two different languages.")
        if not self.source:
            self.errors["source"] = _("Type the term.")
        if not self.target:
            if self.translate or self.spoken:
                self.errors["target"] = _("Type what it becomes in the other language.")
            else:
                self.target = self.source
        for name, limit in (("source", MAX_TERM_CHARS), ("target", MAX_TERM_CHARS), ("spoken", MAX_SPOKEN_CHARS)):
            if len(getattr(self, name)) > limit:
                self.errors[name] = _("Use at most %(limit)d characters.", limit=limit)
        if not (self.hotword or self.translate or self.spoken) and not self.errors:
            self.errors["hotword"] = _("Choose at least one use.")


@dataclass(frozen=True)
class LineError:
    """What is wrong in one line of a file."""

    line: int
    column: str
    message: str


def read_csv(data: bytes) -> tuple[list[TermForm], list[LineError]]:
    """The terms of a CSV file (UTF-8, one of `DELIMITERS`, a header with the names of `COLUMNS`) and its errors."""
    try:
        text = data.decode("utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError:
        return [], [LineError(1, "", _("The file is not in UTF-8: save it as “CSV UTF-8”."))]
    file = io.StringIO(text, newline="")
    head = file.readline()
    told = _TOLD.fullmatch(head)
    if not told:
        file.seek(0)
    above = 1 if told else 0
    reader = csv.DictReader(file, delimiter=told[1] if told else max(DELIMITERS, key=head.count))
    reader.fieldnames = ["_".join(name.lower().split()) for name in reader.fieldnames or []]
    missing = [name for name in COLUMNS[:4] if name not in reader.fieldnames]
    if missing:
        message = _("The first line must name the columns; these are missing: %(names)s.", names=", ".join(missing))
        return [], [LineError(1, "", message)]
    terms, errors = list[TermForm](), list[LineError]()
    seen: dict[tuple[str, str, str], int] = {}
    try:
        for row in reader:
            _take(row, above + reader.line_num, terms, errors, seen)
    except csv.Error as error:
        errors.append(LineError(above + reader.line_num, "", str(error)))
    if len(terms) > MAX_TERMS:
        errors.append(LineError(0, "", _("Use at most %(limit)d terms.", limit=MAX_TERMS)))
    return terms, errors


def _take(
    row: dict[Any, Any],
    line: int,
    terms: list[TermForm],
    errors: list[LineError],
    seen: dict[tuple[str, str, str], int],
) -> None:
    beyond: list[str] = row.pop(None, [])
    if any(cell.strip() for cell in beyond):
        errors.append(LineError(line, "", _("This line has more cells than there are columns.")))
        return
    if not any(value and value.strip() for value in row.values()):  # spreadsheets write what once was there
        return
    given = {name: _bare(value) for name, value in row.items() if isinstance(value, str)}
    form = TermForm.parse(UNSAID | given)
    errors += [LineError(line, name, message) for name, message in form.errors.items()]
    before = seen.setdefault((form.source_language, form.target_language, form.source), line)
    if before != line:
        errors.append(LineError(line, "source", _("The same term is in line %(line)d.", line=before)))
    terms.append(form)


def _language(typed: object) -> str:
    """What somebody calls a language, as the code that we have: "PT-BR" is "pt"."""
    return re.split("[-_]", str(typed or "").strip()[:35].lower())[0][:10]


def _bare(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def write_csv(terms: Iterable[Term]) -> bytes:
    """The terms as a file that `read_csv` and spreadsheets read."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for term in terms:
        flags = ("yes" if term.hotword else "no", "yes" if term.translate else "no")
        cells = (term.source_language, term.target_language, term.source, term.target, *flags, term.spoken)
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return file.getvalue().encode("utf-8-sig")
