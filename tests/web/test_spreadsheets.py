"""A glossary as spreadsheets write it, which is seldom as they were given it."""

from __future__ import annotations

import pytest

from app.admin.term_form import read_csv

FOUR = "source_language,target_language,source,target"
LINE = "en,pt,board,conselho"
FILES = (
    f"sep=;\r\n{FOUR}\r\n{LINE}\r\n".replace(",", ";"),
    f"sep=,\r\n{FOUR}\r\n{LINE}\r\n",
    f"SEP=\t\n{FOUR}\n{LINE}\n".replace(",", "\t"),
    f"{FOUR}\n{LINE}\n".replace(",", "\t"),
    f"{FOUR}\n{LINE}\n,,,\n\n,,,\n",
    f"{FOUR}\n,,,\n{LINE}\n",
    f"{FOUR},\n{LINE},\n",
    f"{FOUR}\n{LINE},,,\n",
    f"{FOUR},,,\n{LINE},,,\n,,,,,,\n",
    f"{FOUR};;\n{LINE};;\n;;;;;\n".replace(",", ";"),
    f"{FOUR}\r{LINE}\r",
    f"Source Language,Target language,Source,Target\n{LINE}\n",
    f" source_language , target_language , source , target \n{LINE}\n",
    f"{FOUR}\nEN,pt-BR,board,conselho\n",
    f"{FOUR}\nen_US,PT,board,conselho\n",
    f"{FOUR}\nen-GB-oxendict,pt_PT,board,conselho\n",
    f"{FOUR},hotword,translate\n{LINE},TRUE,VERDADEIRO\n",
    f"{FOUR},hotword,translate\n{LINE},Y,S\n",
    f"{FOUR}\n\u00a0en,pt ,  board\u00a0,conselho\n",
)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_one_term_comes_of_every_form_of_it(file: str, encoding: str) -> None:
    terms, errors = read_csv(file.encode(encoding))
    assert errors == []
    assert [(term.source_language, term.target_language, term.source, term.target) for term in terms] == [
        ("en", "pt", "board", "conselho")
    ]
    assert (terms[0].hotword, terms[0].translate) == (True, True)


@pytest.mark.parametrize(
    ("file", "places"),
    [
        (f"sep=,\n{FOUR}\n{LINE}\nxx,pt,a,b\n", [(4, "source_language")]),
        (f"{FOUR}\n,,,\nen,pt,,b\n", [(3, "source")]),
        (f"{FOUR}\n{LINE},,more\n", [(2, "")]),
        (f"{FOUR},hotword\n{LINE},FALSO\n{LINE},maybe\n", [(3, "hotword"), (3, "source")]),
        ("sep=|\na|b\n", [(1, "")]),
    ],
)
def test_what_is_wrong_is_told_with_the_line_that_a_spreadsheet_shows(file: str, places: list[tuple[int, str]]) -> None:
    assert [(error.line, error.column) for error in read_csv(file.encode())[1]] == places
