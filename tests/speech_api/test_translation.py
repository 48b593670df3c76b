"""Translation and detection: our own API and LibreTranslate's client, with the real models."""

from __future__ import annotations

import re
import urllib.error

import httpx
import pytest
from libretranslatepy import LibreTranslateAPI

from ops.harness.web_server import WebServer

pytestmark = pytest.mark.usefixtures("worker")

ENGLISH = "The weather is nice today. We are going to the beach."


def test_one_text_or_several_with_their_line_breaks(api: httpx.Client) -> None:
    one = api.post("/api/v1/translate", json={"text": ENGLISH, "source": "en", "target": "pt"}).json()
    assert "praia" in one["text"]
    assert (one["source"], one["target"], one["engine"], one["draft"]) == ("en", "pt", "bergamot-en-pt", False)
    texts = ["Good morning.\n\nThank you.\n", "", "No. 5"]
    many = api.post("/api/v1/translate", json={"text": texts, "source": "en", "target": "pt"}).json()["text"]
    assert [text.count("\n") for text in many] == [3, 0, 0]
    assert many[0].startswith("Bom dia")
    assert many[1] == ""


def test_long_text_is_translated_to_its_end(api: httpx.Client) -> None:
    text = "The house is red. " * 400 + "The last word is water."
    done = api.post("/api/v1/translate", json={"text": text, "source": "en", "target": "pt"})
    assert done.status_code == 200, done.text
    assert done.json()["text"].count("vermelha") == 400
    assert "água" in done.json()["text"][-40:]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        ("O tempo está bom hoje e nós vamos à praia com as crianças.", "pt"),
        ("Hôm nay trời đẹp, chúng tôi đi biển.", "vi"),
    ],
)
def test_the_language_is_found_out(api: httpx.Client, text: str, language: str) -> None:
    found = api.post("/api/v1/detect", json={"text": text}).json()["languages"]
    assert next(iter(found)) == language
    if language == "pt":
        done = api.post("/api/v1/translate", json={"text": text, "target": "en"}).json()
        assert done["source"] == "pt"
        assert "beach" in done["text"]


def test_what_cannot_be_translated_says_what_can(api: httpx.Client) -> None:
    def error(**body: object) -> tuple[int, str, str]:
        answer = api.post("/api/v1/translate", json=body)
        told = answer.json()["error"]
        return answer.status_code, told["code"], told["message"]

    status, code, message = error(text="Hello", source="en", target="vi")
    assert (status, code) == (400, "language_pair")
    assert "en→pt" in message
    assert error(text="x" * 20_001, source="en", target="pt")[:2] == (413, "text_too_long")
    assert error(text="Hello", source="en")[0] == 400
    assert error(text="Hello", source="en", target="klingon")[0] == 400
    assert error(text="Hello", source="en", target="pt", formal=True)[0] == 400
    assert api.post("/api/v1/translate", content=b"x" * 600_000).status_code == 413


def test_layout_stays(api: httpx.Client) -> None:
    lists = "Good morning.\n\n1. One cat\n2. Two cats"
    texts = ["    - item\n\t* sub", "a house\r\nb", "  Hi.   You  ", "🌷🌷", "12:30", lists]
    body = {"text": texts, "source": "en", "target": "pt"}
    done = api.post("/api/v1/translate", json=body).json()["text"]
    assert [re.sub(r"[^\W\d]+", "", text) for text in done][2:5] == ["  .     ", "🌷🌷", "12:30"]
    assert "\r\n" in done[1]
    assert done[0].startswith("    - ")
    assert "\n\t* " in done[0]
    assert done[5].startswith("Bom dia.\n\n1. ")
    url = "https://example.org/" + "abc" * 400
    assert url in api.post("/api/v1/translate", json=body | {"text": f"Look at {url} now."}).json()["text"]


def test_every_text_has_a_language_of_its_own(api: httpx.Client, web: WebServer, key: str) -> None:
    texts = ["Obrigada.", "Good morning, my friends.", "😀", "Onde fica a estação de trem?"]
    done = api.post("/api/v1/translate", json={"text": texts, "target": "en"}).json()
    assert done["sources"] == ["pt", "en", "pt", "pt"]
    assert (done["text"][:3], done["source"]) == (["Thank you.", texts[1], texts[2]], "pt")
    assert "station" in done["text"][3]
    body = {"q": texts, "target": "en", "api_key": key}
    answer = httpx.post(f"{web.url}/translate", json=body).json()
    assert [one["language"] for one in answer["detectedLanguage"]] == done["sources"]
    for text in ("Hi", "OK", "Sim", "yes", "BOM DIA", "🌷", "1 2 3"):
        assert api.post("/api/v1/translate", json={"text": text, "target": "pt"}).status_code == 200, text


def test_languages_say_what_works(web: WebServer) -> None:
    found = {one["code"]: one for one in httpx.get(f"{web.url}/api/v1/languages").json()}
    assert found["pt"] == {
        "code": "pt",
        "name": "Português",
        "transcribe": True,
        "synthesize": True,
        "translate_to": ["en"],
    }
    assert found["vi"]["translate_to"] == []


def test_the_client_of_libretranslate(web: WebServer, key: str) -> None:
    client = LibreTranslateAPI(web.url, key)
    assert "praia" in client.translate(ENGLISH, "en", "pt")
    assert client.translate("Obrigado por tudo que você fez.", "auto", "en").startswith("Thank")
    assert client.detect(ENGLISH)[0]["language"] == "en"
    assert {one["code"]: one["targets"] for one in client.languages()} == {"en": ["pt"], "pt": ["en"]}
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        client.translate("Hello", "en", "vi")
    assert b'{"error":"Nobody here translates' in caught.value.read()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        LibreTranslateAPI(web.url, "wrong").translate("Hello", "en", "pt")


def test_libretranslate_takes_json_and_lists(web: WebServer, key: str) -> None:
    body = {"q": ["Good morning.", "Thank you."], "source": "auto", "target": "pt", "api_key": key, "alternatives": 0}
    answer = httpx.post(f"{web.url}/translate", json=body).json()
    assert answer["translatedText"][0].startswith("Bom dia")
    assert [one["language"] for one in answer["detectedLanguage"]] == ["en", "en"]
    for fault in ({"format": "html"}, {"q": True}, {"target": None}):
        assert httpx.post(f"{web.url}/translate", json=body | fault).status_code == 400


def test_the_health_of_each_service(web: WebServer) -> None:
    found = httpx.get(f"{web.url}/api/v1/health").json()
    assert found["translate"] == {"status": "ok", "workers": 1, "serves": ["en>pt", "pt>en"]}
    assert found["clone-voice"]["status"] == "down"
    assert httpx.get(f"{web.url}/api/v1/health/synthesize").status_code == 200
    assert httpx.get(f"{web.url}/api/v1/health/clone-voice").status_code == 503
    assert httpx.get(f"{web.url}/api/v1/health/dance").status_code == 404
