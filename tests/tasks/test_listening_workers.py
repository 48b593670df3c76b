"""Speech heard as streams by worker processes, one of which ends in the middle."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import redis

from ops.harness.recordings import by_language
from ops.harness.redis_server import RedisServer
from ops.harness.worker import WorkerProcess, worker_process
from tasks import broker
from tasks.wire import keys
from tasks.wire.messages import Caption, Heartbeat, Segment, decode
from tests.support.channels import Listener, captions, listen, stream
from tests.tasks.streamed import STEP_SECONDS, Offering, asks

CLIPS = by_language("vi")
FIRST, LAST = CLIPS[0].pcm(), CLIPS[-1].pcm()

pytestmark = pytest.mark.usefixtures("models")


@pytest.fixture
def worker(server: RedisServer, store: redis.Redis, tmp_path: Path) -> Iterator[WorkerProcess]:
    assert store.ping()
    with worker_process(server.worker_url, tmp_path / "log", queues=("stt",)) as running:
        yield running


def listeners(store: redis.Redis) -> list[str]:
    """The workers that hear Vietnamese as a stream."""
    beats = [
        decode(data, Heartbeat) for name in store.keys(keys.HEARTBEATS) if isinstance(data := store.get(name), bytes)
    ]
    return sorted(beat.worker for beat in beats if "vi" in beat.streams)


def speak(offers: list[tuple[Offering, list[Segment]]], *, pace: float = STEP_SECONDS / 2) -> None:
    """Everybody at once, piece by piece, a little faster than in life."""
    for number in range(max(len(steps) for _, steps in offers)):
        for offering, steps in offers:
            if number < len(steps):
                offering.send(steps[number])
        time.sleep(pace)


def until_final(channel: Listener, count: int = 1) -> list[Caption]:
    """All captions up to the last of `count` final ones."""
    found: list[Caption] = []
    while sum(caption.final for caption in found) < count:
        found += captions([channel.next(timeout=40)])
    return found


def undisturbed(store: redis.Redis, server: RedisServer, pcm: bytes, name: str) -> str:
    """The final text where nothing happens."""
    (owner,) = listeners(store)
    with listen(store, keys.captions_channel("room")) as channel:
        speak([(Offering(server.url, pcm, owner, broker.current()), list(asks(pcm, name)))])
        shown = until_final(channel)
    for earlier, later in pairwise(shown):
        assert later.text.casefold().startswith(earlier.text.casefold())
    assert len(shown) > 2, "it grows"
    return shown[-1].text


def test_a_worker_hears_two_speakers_at_once(worker: WorkerProcess, store: redis.Redis, server: RedisServer) -> None:
    assert worker.pids
    alone = [undisturbed(store, server, pcm, f"alone-{number}") for number, pcm in enumerate((FIRST, LAST))]
    (owner,) = listeners(store)
    offers = [
        (Offering(server.url, pcm, owner, broker.current()), list(asks(pcm, f"both-{number}", speaker=f"s{number}")))
        for number, pcm in enumerate((FIRST, LAST))
    ]
    with listen(store, keys.captions_channel("room")) as channel:
        speak(offers)
        until_final(channel, 2)
    texts = {caption.segment: caption.text for _, caption in stream(store)}
    assert [texts["both-0"], texts["both-1"]] == alone


@pytest.mark.parametrize("end", [WorkerProcess.kill, WorkerProcess.terminate], ids=["killed", "drained"])
def test_the_utterance_of_a_worker_that_ends_is_finished_by_another_once_and_as_if_nothing_had_been(
    worker: WorkerProcess,
    store: redis.Redis,
    server: RedisServer,
    tmp_path: Path,
    end: Callable[[WorkerProcess], object],
) -> None:
    expected = undisturbed(store, server, LAST, "undisturbed")
    (owner,) = listeners(store)
    with worker_process(server.worker_url, tmp_path / "other", queues=("stt",)):
        both = listeners(store)
        assert len(both) == 2
        offering, steps = Offering(server.url, LAST, owner, broker.current()), list(asks(LAST, "disturbed"))
        middle = len(steps) // 2
        with listen(store, keys.captions_channel("room")) as channel:
            for ask in steps[:middle]:
                offering.send(ask)
            shown = captions([channel.next(timeout=40)])  # it has begun
            end(worker)
            for ask in steps[middle:]:
                assert offering.send(ask) in both, "one that has said good-bye has a successor at once"
            shown += until_final(channel)
    assert shown[-1].text == expected
    for earlier, later in pairwise(shown):
        assert later.text.casefold().startswith(earlier.text.casefold()), "what was shown stays"
    assert [caption.text for _, caption in stream(store) if caption.segment == "disturbed"] == [expected]


def test_the_only_worker_is_killed_and_started_again(
    worker: WorkerProcess, store: redis.Redis, server: RedisServer
) -> None:
    expected = undisturbed(store, server, LAST, "undisturbed")
    (owner,) = listeners(store)
    offering, steps = Offering(server.url, LAST, owner, broker.current()), list(asks(LAST, "disturbed"))
    with listen(store, keys.captions_channel("room")) as channel:
        for ask in steps[:-1]:
            offering.send(ask)
        channel.next(timeout=40)
        worker.kill()
        offering.send(steps[-1])  # it had said all before the next one came
        worker.start()
        until_final(channel)
    assert [caption.text for _, caption in stream(store) if caption.segment == "disturbed"] == [expected]
