"""How long speech lies in Redis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from ops.harness.redis_server import redis_server
from tasks.actors import transcribe
from tasks.engines.base import Transcript
from tasks.wire import keys
from tasks.wire.messages import Segment
from tests.tasks.messages import offered


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    with redis_server() as server, redis.Redis.from_url(server.url) as client:
        monkeypatch.setattr(transcribe, "store", lambda: client)
        yield client


def test_speech_goes_soon_after_it_was_transcribed_and_waits_where_that_failed(
    store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, failed = (offered(store, b"\1\0" * 160, name) for name in ("done", "failed"))

    def decode(segment: Segment, _pcm: bytes) -> Transcript:
        if segment.id == "failed":
            raise RuntimeError
        return Transcript("", 0.0, "silence")

    monkeypatch.setattr(transcribe, "_decode", decode)
    monkeypatch.setattr(transcribe, "message_id", lambda: "m")
    monkeypatch.setattr("tasks.transcripts.close", lambda *_, **__: None)
    transcribe.transcribe(done)
    with pytest.raises(RuntimeError):
        transcribe.transcribe(failed)
    left = [store.ttl(keys.pcm(segment.id, segment.revision)) for segment in (done, failed)]
    assert 0 < left[0] <= keys.PCM_DONE_TTL
    assert left[1] > keys.PCM_DONE_TTL
