"""Trying a pair and asking what is installed, with a worker in this process that has two small real engines.

One speaks (espeak-ng), one translates (an Argos package made here), none transcribes.
"""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Iterator
from pathlib import Path

import dramatiq
import httpx
import pytest
import redis

from app.settings.web import WebSettings
from tasks import broker as worker_broker
from tasks import serving
from tasks.actors import api_speak, api_translate, survey
from tasks.engines.description import Offer
from tasks.engines.translation.argos import Argos
from tasks.engines.translation.ct2 import Decoding
from tasks.engines.tts.espeak.voice import Espeak
from tasks.shelf import Shelf
from tasks.wire import keys
from tasks.wire.messages import Heartbeat, encode
from tests.support import argos_package
from tests.support.administrator import enter, on_sqlite, send
from tests.support.offers import described
from tests.tasks.in_thread import use_broker

pytestmark = on_sqlite


@pytest.fixture
def worker(
    settings: WebSettings, broker: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dramatiq.Worker]:
    """Takes API requests; its heartbeat is laid out once, for as long as the test takes."""
    assert {survey, api_speak, api_translate}
    package = argos_package.build(tmp_path / "made")
    voice, translator = Espeak(), Argos(package, Decoding(threads=1, beam=1))
    monkeypatch.setattr(
        serving,
        "_engines",
        serving.Engines(
            translation=Shelf(
                {"argos-en-vi": translator}, [Offer("argos-en-vi", described("argos"), frozenset({"en>vi"}))]
            ),
            tts=Shelf({"espeak-ng": voice}, [Offer("espeak-ng", described("espeak"), voice.languages)]),
        ),
    )
    beat = Heartbeat(worker="w", at=0, queues=[keys.BATCH], stt=[], translate=["en>vi"], speak=sorted(voice.languages))
    broker.set(keys.heartbeat("w"), encode(beat))
    use_broker(settings.tasks.redis_url)
    taking = dramatiq.Worker(worker_broker.current(), queues={keys.BATCH}, worker_threads=1)
    taking.start()
    yield taking
    taking.stop()


@pytest.mark.usefixtures("worker")
async def test_every_stage_is_shown_with_text_sound_time_and_what_went_wrong(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    await enter(client, settings)
    await client.get("/admin/pairs")
    form = {"source": "en", "target": "vi", "text": "thank you"}
    tried = await send(client, "/admin/pairs/try", **form)
    stages = tried.text.split('<ol class="stages">')[1].split("</ol>")[0].split("<li>")[1:]
    assert len(stages) == 4
    spoken, heard, translated, said = stages
    assert "no engine here transcribes en" in heard
    assert 'lang="vi">cảm ơn' in translated
    assert "argos-en-vi" in translated
    for stage, words in ((spoken, "thank you"), (said, "cảm ơn")):
        assert words in stage
        assert "first sound" in stage
        sound = await client.get(stage.split('src="')[1].split('"')[0])
        assert sound.headers["content-type"] == "audio/wav"
        with wave.open(io.BytesIO(sound.content)) as file:
            assert file.getnframes() / file.getframerate() > 0.3
    assert (await client.get("/admin/pairs/sound/" + "0" * 32)).status_code == 404
    wrong = await send(client, "/admin/pairs/try", **form | {"source": "xx"})
    assert (wrong.status_code, "Choose two languages" in wrong.text) == (422, True)


@pytest.mark.usefixtures("worker")
async def test_what_is_installed_can_be_chosen(client: httpx.AsyncClient, settings: WebSettings) -> None:
    await enter(client, settings)
    pairs, models, voices = await asyncio.gather(
        *(client.get(f"/admin/{section}") for section in ("pairs", "models", "voices"))
    )
    row = pairs.text.split('name="translate-en-pt-engine"')[1].split("</select>")[0]
    assert '<option value="bergamot-en-pt">' in row
    assert "whisper-base" in models.text
    assert 'action="/admin/models/hibari-en/verify"' in models.text
    assert 'action="/admin/models/hibari-en/remove"' not in models.text  # it comes with a package
    assert voices.status_code == 200
