"""Transcription: our own API and OpenAI's client, with real recordings and the real model."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import openai
import pytest

from ops.harness.recordings import RATE, recordings
from ops.harness.web_server import WebServer
from ops.harness.wer import wer

pytestmark = pytest.mark.usefixtures("worker")

JFK = recordings()["en_jfk_stereo44k"]
SHORT = recordings()["en_LJ001-0011"]
PORTUGUESE = recordings()["pt_fleurs_002"]


@pytest.fixture
def client(web: WebServer, key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{web.url}/v1", api_key=key, max_retries=0)


def converted(kind: str, codec: str, rate: int, layout: str = "mono", path: Path = SHORT.path) -> bytes:
    """A recording in another form."""
    out = io.BytesIO()
    with av.open(str(path)) as source, av.open(out, "w", format=kind) as target:
        stream: Any = target.add_stream(codec, rate=rate, layout=layout)
        resampler = av.AudioResampler(stream.format, stream.layout, rate, frame_size=stream.codec_context.frame_size)
        for frame in [*source.decode(audio=0), None]:
            for resampled in resampler.resample(frame):
                target.mux(stream.encode(resampled))
        target.mux(stream.encode(None))
    return out.getvalue()


def sent(api: httpx.Client, data: bytes, name: str = "speech.wav", **fields: str) -> httpx.Response:
    return api.post("/api/v1/transcribe", files={"file": (name, data)}, data=fields)


def test_a_recording_with_its_segments(api: httpx.Client) -> None:
    answer = sent(api, JFK.path.read_bytes(), "jfk.flac", language="en")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert wer(JFK.text, found["text"], "en") < 0.1
    assert (found["language"], found["duration"], found["engine"]) == ("en", 11.0, "whisper-base")
    starts = [segment["start"] for segment in found["segments"]]
    assert starts == sorted(starts)
    assert 0.2 < starts[0] < 0.6
    assert " ".join(segment["text"] for segment in found["segments"]) == found["text"]


@pytest.mark.parametrize(
    ("kind", "codec", "rate", "layout"),
    [
        ("wav", "pcm_s16le", 8_000, "mono"),
        ("wav", "pcm_f32le", 48_000, "stereo"),
        ("mp3", "libmp3lame", 44_100, "stereo"),
        ("ipod", "aac", 44_100, "mono"),  # m4a, its index at the end
        ("ogg", "libopus", 48_000, "mono"),
        ("webm", "libopus", 48_000, "stereo"),
        ("flac", "flac", 16_000, "mono"),
    ],
)
def test_any_audio_is_accepted(api: httpx.Client, kind: str, codec: str, rate: int, layout: str) -> None:
    answer = sent(api, converted(kind, codec, rate, layout), "audio.bin", language="en")
    assert answer.status_code == 200, answer.text
    assert wer(SHORT.text, answer.json()["text"], "en") < 0.15


def test_words_come_with_their_times_where_they_are_wanted(api: httpx.Client) -> None:
    found = sent(api, SHORT.path.read_bytes(), language="en", words="true").json()
    words = [word for segment in found["segments"] for word in segment["words"]]
    assert " ".join(word["text"].strip() for word in words) == found["text"]
    times = [moment for word in words for moment in (word["start"], word["end"])]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= found["duration"]


def test_the_language_is_found_out(api: httpx.Client) -> None:
    found = sent(api, PORTUGUESE.path.read_bytes()).json()
    assert found["language"] == "pt"
    assert "o controle do carro" in found["text"]


def two_languages() -> bytes:
    """English, two seconds of silence, and Portuguese."""
    silence = np.zeros(RATE * 2, np.float32)
    sound = np.concatenate([JFK.samples()[: int(2.3 * RATE)], silence, PORTUGUESE.samples(), silence])
    return wav((sound * 32767).astype("<i2").tobytes())


def test_the_first_words_do_not_decide_the_language(api: httpx.Client, client: openai.OpenAI) -> None:
    found = sent(api, two_languages()).json()
    assert found["language"] == "pt"
    assert found["segments"][0]["language"] == "en"
    assert {one["language"] for one in found["segments"][1:]} == {"pt"}
    assert "Americans" in found["text"]
    assert "o controle do carro" in found["text"]
    done = client.audio.translations.create(model="whisper-1", file=("two.wav", two_languages()))
    assert "Americans" in done.text
    assert "control of the car" in done.text


def test_a_long_recording_keeps_its_order_and_time(api: httpx.Client) -> None:
    names = ["en_LJ001-0001", "en_ls_198", "en_LJ001-0005", "en_jfk_stereo44k"]
    silence = np.zeros(RATE * 2, np.float32)
    parts = [part for name in names for part in (recordings()[name].samples(), silence)]
    pcm = (np.concatenate(parts) * 32767).astype("<i2")
    found = sent(api, wav(pcm.tobytes()), language="en").json()
    assert wer(" ".join(recordings()[name].text for name in names), found["text"], "en") < 0.12
    assert found["duration"] == pytest.approx(len(pcm) / RATE, abs=0.01)
    ends = [segment["end"] for segment in found["segments"]]
    assert ends == sorted(ends)
    assert max(segment["end"] - segment["start"] for segment in found["segments"]) <= 15


def wav(pcm: bytes) -> bytes:
    import wave

    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(pcm)
    return out.getvalue()


def test_nobody_speaking_is_no_text(api: httpx.Client) -> None:
    for name in ("ns_silence", "ns_esc10_dog"):
        found = sent(api, recordings()[name].path.read_bytes()).json()
        assert (found["text"], found["language"], found["segments"]) == ("", None, [])


@pytest.mark.parametrize(
    "data",
    [
        b"This is no audio at all." * 100,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 500,
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:{JFK.path}\n#EXT-X-ENDLIST\n".encode(),
        f"ffconcat version 1.0\nfile 'file:{JFK.path}'\n".encode(),
        JFK.path.read_bytes()[:60],
    ],
)
def test_what_is_not_audio_is_refused(api: httpx.Client, data: bytes) -> None:
    answer = sent(api, data, language="en")
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "not_audio")
    assert "wav" in answer.json()["error"]["message"]


def test_a_damaged_recording_gives_what_is_left(api: httpx.Client) -> None:
    data = bytearray(converted("mp3", "libmp3lame", 16_000))
    data[-3_000:-1_000] = bytes(2_000)
    assert "importance" in sent(api, bytes(data), language="en").json()["text"].lower()


def test_a_file_without_a_name_is_one(api: httpx.Client) -> None:
    """Blobs and buffers of form libraries have none; the field's name says what it is."""
    data = SHORT.path.read_bytes()
    for name in ("", None):
        answer = api.post("/api/v1/transcribe", files={"file": (name, data)}, data={"language": "en"})
        assert answer.status_code == 200, answer.text
        assert wer(SHORT.text, answer.json()["text"], "en") < 0.2


def test_malformed_uploads_say_what_to_send(api: httpx.Client) -> None:
    def error(answer: httpx.Response) -> tuple[int, str]:
        return answer.status_code, answer.json()["error"]["code"]

    assert error(api.post("/api/v1/transcribe", json={})) == (400, "invalid_request")
    assert error(api.post("/api/v1/transcribe", data={"language": "en"}, files={"other": b"x"})) == (400, "no_file")
    assert error(sent(api, b"")) == (400, "no_file")
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert error(api.post("/api/v1/transcribe", content=b"--x\r\nno", headers=headers)) == (400, "invalid_request")
    assert error(sent(api, JFK.path.read_bytes(), language="xx")) == (400, "language")
    assert error(sent(api, JFK.path.read_bytes(), language="en", words="maybe")) == (400, "invalid_request")
    assert error(sent(api, JFK.path.read_bytes(), note="x" * 20_000)) == (413, "field_too_large")


def test_the_client_of_openai(client: openai.OpenAI) -> None:
    def ask(response_format: str) -> object:
        return client.audio.transcriptions.create(
            model="whisper-1",
            file=SHORT.path,
            language="en",
            response_format=response_format,  # type: ignore[call-overload]
        )

    plain = client.audio.transcriptions.create(model="whisper-1", file=SHORT.path, language="en")
    assert wer(SHORT.text, plain.text, "en") < 0.1
    verbose = client.audio.transcriptions.create(
        model="whisper-base", file=JFK.path, language="en", response_format="verbose_json"
    )
    assert (verbose.language, verbose.duration) == ("english", 11.0)
    assert verbose.segments
    assert verbose.segments[-1].end <= 11
    assert len(verbose.segments) >= 2
    assert -1 < verbose.segments[0].avg_logprob < 0
    assert (verbose.segments[0].seek, verbose.segments[0].tokens, verbose.segments[0].no_speech_prob) == (0, [], 0.0)
    assert str(ask("text")).strip() == plain.text
    times = re.findall(r"^(\d\d:\d\d:\d\d,\d{3}) --> (\d\d:\d\d:\d\d,\d{3})$", str(ask("srt")), re.MULTILINE)
    assert times
    assert all(start < end for start, end in times)
    assert str(ask("vtt")).startswith("WEBVTT\n\n00:00:00.")


def test_openai_text_comes_as_a_stream(client: openai.OpenAI) -> None:
    events = list(client.audio.transcriptions.create(model="whisper-1", file=JFK.path, language="en", stream=True))
    deltas = [event.delta for event in events if event.type == "transcript.text.delta"]
    assert len(deltas) >= 2
    assert events[-1].type == "transcript.text.done"
    assert events[-1].text == "".join(deltas)
    with pytest.raises(openai.APIError, match="audio cannot be read"):
        list(client.audio.transcriptions.create(model="whisper-1", file=("a.wav", b"x" * 99), stream=True))


def test_openai_translates_into_english(client: openai.OpenAI) -> None:
    done = client.audio.translations.create(model="whisper-1", file=PORTUGUESE.path)
    assert "control of the car" in done.text


def test_openai_errors_have_its_shape(web: WebServer, client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        client.audio.transcriptions.create(model="whisper-9", file=JFK.path)
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.APIStatusError, match="audio cannot be read") as refused:
        client.audio.transcriptions.create(model="whisper-1", file=("a.wav", b"x" * 99))
    assert refused.value.status_code == 415
    with pytest.raises(openai.AuthenticationError, match="jbcalling keys create"):
        openai.OpenAI(base_url=f"{web.url}/v1", api_key="wrong", max_retries=0).models.list()
    assert {"whisper-base", "bergamot-en-pt"} <= {model.id for model in client.models.list()}
