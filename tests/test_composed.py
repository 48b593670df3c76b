"""Text in decomposed form (NFD), as macOS types it, is the same text."""

from __future__ import annotations

import unicodedata
from urllib.parse import parse_qs, urlencode

import msgspec
import pytest

from app.admin.term_form import read_csv
from app.rooms.forms import JoinForm
from app.transcripts.search import fold, marked
from app.web.reading import _composed_query
from tasks.engines.text.detect import detect
from tasks.engines.translation.glossary import Term as GlossaryTerm
from tasks.engines.translation.glossary import find
from tasks.engines.tts.speakable import speakable, speakable_clauses
from tasks.languages.text import composed
from tasks.wire.messages import decode, encode

TEXTS = [
    "Cuộc họp bắt đầu lúc chín giờ.",
    "Nguyễn Thị Ánh",
    "Đường số 5, quận 1",
    "tiếng Việt",
    "Quý vị có nghe rõ không ạ?",
    "Reunião às três, coração",
    "Ação, pão, avô e avó",
    "naïve café, façade",
    "Thứ hai, ngày 5/6",
    "ễ ệ ộ ợ ự ữ ẫ ậ ắ ẳ",
    "Å ñ ç ü ő",
    "한국어",
]


class Carried(msgspec.Struct, frozen=True):
    text: str


def apart(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    assert decomposed != text
    return decomposed


@pytest.mark.parametrize("text", TEXTS)
def test_every_door_composes(text: str) -> None:
    assert composed({"a": [apart(text), 5, None]}) == {"a": [text, 5, None]}
    assert decode(encode(Carried(apart(text))), Carried).text == text
    assert decode(msgspec.json.encode(Carried(apart(text))), Carried).text == text
    assert JoinForm.parse({"name": apart(text)}).name == text
    asked = parse_qs(_composed_query(urlencode({"q": apart(text), "x": ""}).encode()).decode(), keep_blank_values=True)
    assert asked == {"q": [text], "x": [""]}
    line = f"source_language,target_language,source,target\nvi,en,{apart(text).replace(',', '')},x\n"
    assert read_csv(line.encode())[0][0].source == text.replace(",", "")


@pytest.mark.parametrize("language", ["vi", "pt", "en"])
@pytest.mark.parametrize("text", TEXTS)
def test_what_is_spoken_and_told_apart_is_the_same(text: str, language: str) -> None:
    assert speakable(apart(text), language) == speakable(text, language)
    assert speakable_clauses(apart(text), language, (22, 50)) == speakable_clauses(text, language, (22, 50))
    assert detect(apart(text)) == detect(text)


@pytest.mark.parametrize(
    ("text", "words"), [("Anh Bình đến", "bình"), ("đường Nguyễn Huệ", "huệ"), ("ação já", "acao")]
)
def test_a_search_finds_it_and_its_highlight_splits_no_mark(text: str, words: str) -> None:
    for shown in (text, apart(text)):
        for wanted in (words, unicodedata.normalize("NFD", words)):
            assert fold(wanted) in fold(shown)
            found = str(marked(shown, wanted))
            begin, end = found.index("<mark>") + 6, found.index("</mark>")
            assert fold(found[begin:end]) == fold(words)
            after = found[end + len("</mark>") :]
            assert not after or not unicodedata.combining(after[0])
            assert composed(found) == str(marked(text, words))


def test_the_glossary_finds_it() -> None:
    term = GlossaryTerm("cuộc họp", "assembly")
    assert find(composed(apart("Cuộc họp bắt đầu")), [term])[0].target == "Assembly"
