"""Requests as clients of LibreTranslate and OpenAI write them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from app.speech_api.client_ways import decoded, fields, language
from app.speech_api.libretranslate import TranslateFields
from app.speech_api.native_stream import Start
from ops.harness.web_server import WebServer

TAGS = {
    "pt": ("pt-BR", "pb", "PT", "pt_PT", "PT-br", "pt-Latn-BR", "por", "Portuguese", " pt ", "português", "pb-BR"),
    "en": ("en-US", "EN_gb", "eng", "english", "en-001", "en-Latn-US-x-private", "ENG-AU"),
    "vi": ("vi-VN", "VIE", "Vietnamese", "Tiếng Việt", "vi_Latn"),
    "he": ("iw", "iw-IL", "heb"),
    "zh": ("zh-Hans", "zt", "zho", "zh-TW"),
    "de": ("de-CH-1996", "deu", "ger"),
    "klingon": ("Klingon", "klingon-Latn"),
}


def test_a_tag_falls_to_its_language() -> None:
    for code, tags in TAGS.items():
        assert {tag: language(tag) for tag in tags} == dict.fromkeys(tags, code)
    for nothing in (None, "", " ", "auto", "AUTO", "null", "None", "undefined", "NULL", "und", " none ", "Detect"):
        assert language(nothing) is None


def test_null_is_absent_and_a_number_is_text() -> None:
    given = {"q": [1, "two", 3.5, None], "source": None, "api_key": 7, "format": None, "other": 1}
    assert fields(TranslateFields, given) == {"q": ["1", "two", "3.5", None], "api_key": "7", "other": 1}
    for kept in ({"q": True}, {"q": {"a": 1}}, {"q": [True]}):
        assert fields(TranslateFields, kept) == kept
    for other in ([1], "text", None, 5):
        assert fields(TranslateFields, other) == other
    assert decoded(Start, b'{"language": null, "format": null, "words": null}') == Start()
    assert decoded(Start, '{"words": "true"}') == Start(words=True)


TEXT = {"q": "Good morning.", "source": "en", "target": "pt"}
GOOD: tuple[dict[str, Any], ...] = (
    {"target": "pt-BR"}, {"target": "pb"}, {"target": "PT"}, {"source": "en-US"}, {"source": None}, {"source": ""},
    {"format": None}, {"alternatives": None}, {"source": "AUTO"}, {"source": "EN_gb"}, {"target": "por"},
    {"source": "English", "target": "Portuguese"}, {"target": "pt_PT"}, {"source": "eng"},
)  # fmt: skip


@pytest.mark.parametrize("ways", GOOD, ids=str)
def test_the_ways_of_libretranslates_clients(web: WebServer, key: str, worker: None, ways: dict[str, Any]) -> None:
    assert worker is None
    answer = httpx.post(f"{web.url}/translate", json=TEXT | {"api_key": key} | ways)
    assert answer.status_code == 200, answer.text
    assert answer.json()["translatedText"].startswith("Bom dia")
    form = {name: value for name, value in (TEXT | {"api_key": key} | ways).items() if value is not None}
    assert httpx.post(f"{web.url}/translate", data=form).json()["translatedText"].startswith("Bom dia")


@pytest.mark.parametrize("ways", [{"q": 123}, {"q": [1, 2.5]}, {"q": 0}, {"api_key": None}], ids=str)
def test_numbers_are_texts_and_null_is_nothing(web: WebServer, key: str, worker: None, ways: dict[str, Any]) -> None:
    assert worker is None
    headers = {"authorization": f"Bearer {key}"}
    answer = httpx.post(f"{web.url}/translate", json=TEXT | ways, headers=headers)
    assert answer.status_code == 200, answer.text
    text = answer.json()["translatedText"]
    if "q" in ways:
        assert text == ([str(one) for one in ways["q"]] if isinstance(ways["q"], list) else str(ways["q"]))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/translate", {"text": "Good morning.", "source": None, "target": "pt-BR"}),
        ("/api/v1/translate", {"text": 123, "source": "EN", "target": "PT"}),
        ("/api/v1/translate", {"text": [1, "two"], "source": "en-GB", "target": "pb"}),
        ("/api/v1/detect", {"text": 123}),
        ("/api/v1/synthesize", {"text": "Good morning.", "language": "en-US", "voice": None, "speed": None}),
        ("/api/v1/synthesize", {"text": 12, "language": "EN", "format": None}),
        ("/v1/audio/speech", {"model": "tts-1", "input": "Good morning.", "speed": None, "voice": None}),
        ("/v1/audio/speech", {"model": "tts-1", "input": 12, "language": "pt-BR", "response_format": None}),
        ("/v1/audio/speech", {"model": "tts-1", "input": "Bom dia.", "language": "PT", "stream_format": None}),
        ("/v1/audio/speech", {"model": "tts-1", "input": "Hi there.", "language": "english", "instructions": None}),
        ("/v1/audio/speech", {"model": "tts-1", "input": "Good morning.", "speed": "1.0"}),
    ],
    ids=str,
)
def test_the_ways_of_other_clients(api: httpx.Client, path: str, body: dict[str, Any]) -> None:
    answer = api.post(path, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.content


def test_what_is_wrong_stays_wrong(api: httpx.Client) -> None:
    for path, body in (
        ("/api/v1/translate", {"text": None, "target": "pt"}),
        ("/api/v1/translate", {"text": True, "target": "pt"}),
        ("/api/v1/translate", {"text": "Hello", "source": "en", "target": "klingon"}),
        ("/translate", {"q": None, "target": "pt"}),
        ("/translate", {"q": "Hello", "source": "en", "target": None}),
        ("/v1/audio/speech", {"model": "tts-1", "input": "Hello", "speed": "fast"}),
        ("/v1/audio/speech", {"model": "tts-1", "input": "Hello", "speed": 99}),
    ):
        assert api.post(path, json=body).status_code == 400, body


def test_a_stream_takes_regions_and_nulls(web: WebServer, key: str, worker: None) -> None:
    assert worker is None
    url = f"{web.url.replace('http', 'ws')}/api/v1/transcribe/stream"
    for spoken in ("en-US", "PT", None):
        with connect(url, additional_headers={"authorization": f"Bearer {key}"}) as socket:
            socket.send(json.dumps({"language": spoken, "format": None, "words": None}))
            assert json.loads(socket.recv(10)) == {"type": "ready"}
            socket.send('{"type": "end"}')
