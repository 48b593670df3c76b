"""Synthesis: our own API and OpenAI's client, with the real voices, listened to by the real model."""

from __future__ import annotations

import base64
import json

import httpx
import openai
import pytest

from ops.harness.web_server import WebServer
from ops.harness.wer import wer
from tests.speech_api.sounds import decoded, wav

pytestmark = pytest.mark.usefixtures("worker")

ENGLISH = "The weather is nice today. We are going to the beach."


@pytest.fixture
def client(web: WebServer, key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{web.url}/v1", api_key=key, max_retries=0)


def heard(api: httpx.Client, data: bytes, language: str) -> str:
    answer = api.post("/api/v1/transcribe", files={"file": ("a", data)}, data={"language": language})
    return str(answer.json()["text"])


@pytest.mark.parametrize(("name", "media"), [("mp3", "audio/mpeg"), ("opus", "audio/ogg")])
def test_speech_says_what_was_asked(api: httpx.Client, name: str, media: str) -> None:
    answer = api.post("/api/v1/synthesize", json={"text": ENGLISH, "language": "en", "format": name})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(media)
    assert 2 < len(decoded(answer.content)) / 16_000 < 8
    assert wer(ENGLISH, heard(api, answer.content, "en"), "en") < 0.15


def test_the_language_and_the_voice_are_chosen(api: httpx.Client) -> None:
    portuguese = api.post("/api/v1/synthesize", json={"text": "O livro está em cima da mesa e não se mexe."}).content
    assert "livro" in heard(api, portuguese, "pt").lower()
    named = {"text": ENGLISH, "language": "en", "voice": "espeak-ng", "format": "wav"}
    espeak = api.post("/api/v1/synthesize", json=named)
    assert espeak.status_code == 200, espeak.text
    assert (
        decoded(espeak.content).tobytes()
        != decoded(api.post("/api/v1/synthesize", json=named | {"voice": None}).content).tobytes()
    )
    voices = {one["id"]: one for one in api.get("/api/v1/voices").json()}
    assert voices["espeak-ng"]["low_quality"]
    assert voices["hibari-en"]["languages"] == ["en"]


def test_a_voice_is_chosen_by_its_name(api: httpx.Client, client: openai.OpenAI) -> None:
    voices = {one["id"]: one for one in api.get("/api/v1/voices").json()}
    named = voices["kokoro-82m-int8/pm_alex"]
    assert (named["kind"], named["name"], named["languages"]) == ("named", "pm_alex", ["pt"])
    body = {"text": "Bom dia, meus amigos.", "language": "pt", "format": "wav"}
    spoken = [
        decoded(api.post("/api/v1/synthesize", json=body | {"voice": voice}).content).tobytes()
        for voice in ("pm_alex", "kokoro-82m-int8/pm_alex", "pf_dora", "kokoro-82m-int8")
    ]
    assert spoken[0] == spoken[1] != spoken[2] == spoken[3]
    assert api.post("/api/v1/synthesize", json=body | {"voice": "heart"}).json()["error"]["code"] == "voice"
    theirs = client.audio.speech.create(
        model="kokoro-82m-int8", voice="pm_alex", input=body["text"], response_format="wav"
    )
    assert decoded(theirs.content).tobytes() == spoken[0]


def test_speed_changes_the_length(api: httpx.Client) -> None:
    def length(**more: object) -> int:
        body = {"text": "Good morning to you all.", "language": "en", "format": "pcm", **more}
        return len(api.post("/api/v1/synthesize", json=body).content)

    assert length(speed=2.0) == pytest.approx(length() / 2, rel=0.1)


def test_long_text_is_spoken_to_its_end(api: httpx.Client) -> None:
    text = "\n".join([ENGLISH] * 12 + ["The last word is water."])
    done = api.post("/api/v1/synthesize", json={"text": text, "language": "en", "format": "wav"})
    samples = decoded(done.content)
    assert len(samples) > 16_000 * 30
    assert "water" in heard(api, wav(samples[-16_000 * 4 :]), "en").lower()


def test_what_cannot_be_spoken_is_refused_before_the_first_sound(api: httpx.Client) -> None:
    def error(**body: object) -> tuple[int, str]:
        answer = api.post("/api/v1/synthesize", json={"text": ENGLISH, "language": "en"} | body)
        return answer.status_code, answer.json()["error"]["code"]

    assert error(text="…") == (400, "nothing_to_say")
    assert error(text="a" * 4_097) == (413, "text_too_long")
    assert error(language="xx") == (400, "language")
    assert error(voice="nobody") == (404, "no_such_voice")
    assert error(voice="hibari-en", language="pt") == (400, "voice")
    assert error(format="midi") == (400, "invalid_request")
    assert error(speed=9) == (400, "invalid_request")


def test_the_client_of_openai(api: httpx.Client, client: openai.OpenAI) -> None:
    done = client.audio.speech.create(model="tts-1", voice="alloy", input=ENGLISH)
    assert wer(ENGLISH, heard(api, done.content, "en"), "en") < 0.15
    with client.audio.speech.with_streaming_response.create(
        model="espeak-ng", voice="alloy", input=ENGLISH, response_format="pcm", extra_body={"language": "en"}
    ) as response:
        pcm = b"".join(response.iter_bytes())
    assert 2 < len(pcm) / 48_000 < 8
    with pytest.raises(openai.NotFoundError) as missing:
        client.audio.speech.create(model="tts-9", voice="alloy", input=ENGLISH)
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError) as nobody:
        client.audio.speech.create(model="tts-1", voice={"id": "nobody"}, input=ENGLISH)
    assert nobody.value.code == "no_such_voice"


def test_openai_speech_comes_as_events(api: httpx.Client, client: openai.OpenAI) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input=ENGLISH, response_format="mp3", stream_format="sse"
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = [line.removeprefix("data: ") for line in response.iter_lines() if line]
    events = [json.loads(line) for line in lines]
    assert events[-1] == {"type": "speech.audio.done"}
    audio = b"".join(base64.b64decode(one["audio"]) for one in events[:-1])
    assert wer(ENGLISH, heard(api, audio, "en"), "en") < 0.15
