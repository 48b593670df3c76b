from __future__ import annotations

import email.utils
import time
from collections.abc import Iterator

import numpy as np
import pytest

from ops.harness.ports import free_port
from tasks.engines.base import EngineError
from tasks.engines.tts.cooldown import FIRST_REST_SECONDS, MAX_REST_SECONDS, CoolDown
from tasks.engines.tts.gtts import DESCRIPTION
from tasks.engines.tts.gtts.voice import Gtts
from tasks.engines.tts.loudness import CEILING
from tests.support.gtts_server import GttsServer, gtts_server


@pytest.fixture(scope="module")
def running() -> Iterator[GttsServer]:
    with gtts_server() as server:
        yield server


@pytest.fixture
def server(running: GttsServer, monkeypatch: pytest.MonkeyPatch) -> GttsServer:
    monkeypatch.setenv("GTTS_ENABLED", "1")
    running.asked.clear()
    running.refusals.clear()
    return running


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_is_refused_unless_the_operator_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GTTS_ENABLED", raising=False)
    with pytest.raises(EngineError, match="GTTS_ENABLED=1"):
        Gtts()


def test_it_says_that_text_leaves_the_machine(server: GttsServer, caplog: pytest.LogCaptureFixture) -> None:
    assert Gtts(base_url=server.url)
    assert DESCRIPTION.remote
    assert f"is sent to {server.url}" in caplog.text


@pytest.mark.parametrize(("language", "text"), [("en", "Good morning."), ("pt", "Bom dia."), ("vi", "Xin chào.")])
def test_speech_is_fetched_and_decoded(server: GttsServer, language: str, text: str) -> None:
    audio = Gtts(base_url=server.url).speak(text, language)
    assert server.asked == [(language, text)]
    samples = np.frombuffer(audio.pcm, "<i2") / 32768
    assert audio.rate == 24_000
    assert 0.5 < audio.samples / audio.rate < 3
    assert 0.05 < np.abs(samples).max() <= CEILING + 1e-3


def test_a_long_text_is_asked_for_in_pieces_and_numbers_in_words(server: GttsServer) -> None:
    engine = Gtts(base_url=server.url)
    text = "It costs $3.50, and " + "that is not so very much, " * 8 + "they say."
    for clause in engine.clauses(text, "en"):
        engine.speak(clause, "en")
    assert " ".join(asked for _, asked in server.asked) == text.replace("$3.50", "three dollars and fifty cents")
    assert all(len(asked) <= 100 for _, asked in server.asked)


def test_after_a_refusal_it_rests_and_then_speaks_again(server: GttsServer) -> None:
    clock = Clock()
    engine = Gtts(base_url=server.url, cooldown=CoolDown(clock))
    server.refusals.append((429, {"Retry-After": "60"}, b""))
    with pytest.raises(EngineError, match="answered 429; it is not asked for 60 s"):
        engine.speak("One.", "en")
    with pytest.raises(EngineError, match="another 60 s"):
        engine.speak("Two.", "en")
    assert len(server.asked) == 1, "it was not asked again"
    assert not engine.usable()
    clock.now += 60
    assert engine.usable()
    assert engine.speak("Three.", "en").samples > 0


def test_a_redirect_to_a_captcha_is_not_followed(server: GttsServer) -> None:
    server.refusals.append((302, {"Location": f"{server.url}/sorry"}, b""))
    with pytest.raises(EngineError, match="answered 302"):
        Gtts(base_url=server.url).speak("One.", "en")


@pytest.mark.parametrize(
    "body", [b"", b"<html>sorry</html>", b'[["wrb.fr","jQ1olc","[\\"A\\"]"]]', b"x" * 3_000_000], ids=len
)
def test_an_answer_without_audio_is_a_failure(server: GttsServer, body: bytes) -> None:
    engine = Gtts(base_url=server.url)
    server.refusals.append((200, {}, body))
    with pytest.raises(EngineError, match="is not asked"):
        engine.speak("One.", "en")
    assert not engine.usable()


def test_audio_that_is_none_is_an_error(server: GttsServer) -> None:
    server.refusals.append((200, {}, b'[["wrb.fr","jQ1olc","[\\"AAAA\\"]"]]'))
    with pytest.raises(EngineError, match="could not be decoded"):
        Gtts(base_url=server.url).speak("One.", "en")


def test_a_server_that_cannot_be_reached_is_an_error(server: GttsServer) -> None:
    del server
    engine = Gtts(base_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(EngineError, match="could not be reached"):
        engine.speak("One.", "en")
    assert not engine.usable()


def test_nothing_speakable_is_no_reason_to_rest(server: GttsServer) -> None:
    engine = Gtts(base_url=server.url)
    with pytest.raises(EngineError, match="nothing to say"):
        engine.speak("…", "en")
    assert (engine.usable(), server.asked) == (True, [])


def test_a_time_to_retry_is_understood(server: GttsServer) -> None:
    clock = Clock()
    cooldown = CoolDown(clock)
    server.refusals.append((503, {"Retry-After": email.utils.formatdate(time.time() + 120, usegmt=True)}, b""))
    with pytest.raises(EngineError):
        Gtts(base_url=server.url, cooldown=cooldown).speak("One.", "en")
    assert 100 < cooldown.remaining() <= 121


def test_rests_double_up_to_a_limit_and_start_anew_after_success() -> None:
    clock = Clock()
    cooldown = CoolDown(clock)
    assert [cooldown.failed() for _ in range(8)] == [
        FIRST_REST_SECONDS,
        30,
        60,
        120,
        240,
        480,
        MAX_REST_SECONDS,
        MAX_REST_SECONDS,
    ]
    assert cooldown.failed(asked=1e9) == MAX_REST_SECONDS
    cooldown.succeeded()
    assert cooldown.remaining() == MAX_REST_SECONDS, "one that is on its way is not cut short"
    assert cooldown.failed() == FIRST_REST_SECONDS
