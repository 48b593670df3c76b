"""A worker that was taken over, at Redis: what it is answered on each server that may run."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from dramatiq import Broker
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.supervisor import redis_program
from app.supervisor.redis_accounts import NARROWS_SINCE
from ops.harness.captions import caption
from ops.harness.redis_server import RedisServer
from tasks import growth, streams
from tasks.actors import replies
from tasks.middleware.max_attempts import MaxAttempts
from tasks.wire import cache, keys
from tasks.wire.captions import publish_final
from tasks.wire.messages import encode
from tasks.wire.requests import SpokenPart
from tests.tasks.messages import segment

PROGRAMS = {program.path: program for program in (redis_program.bundled(), redis_program.find())}


@pytest.fixture(params=PROGRAMS.values(), ids=lambda program: ".".join(map(str, program.version)))
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    running = RedisServer(program=request.param)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def worker(server: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(server.url) as web:
        web.set(keys.lease("abcd"), "bridge 1")
        web.set(keys.CONFIGURATION, "{}")
        web.xadd(keys.CAPTIONS, {"c": "what was said"})
    with redis.Redis.from_url(server.worker_url) as client:
        yield client


FENCE = keys.fence("abcd")
ATTACKS: tuple[tuple[str | int, ...], ...] = (
    # keys of web and of the bridge
    *(("GET", key) for key in (keys.lease("abcd"), keys.ADMISSION, FENCE, keys.READY, keys.tried("x"))),
    *(("SET", key, "1") for key in (keys.lease("abcd"), keys.ADMISSION, FENCE, keys.READY, "jbc:new", "other")),
    ("DEL", keys.lease("abcd")),
    ("MGET", keys.heartbeat("w"), keys.lease("abcd")),
    ("EVAL", f"return redis.call('GET', '{keys.lease('abcd')}')", 0),
    ("EVAL", f"return redis.call('DEL', '{keys.lease('abcd')}')", 0),
    # what others have said
    ("XRANGE", keys.CAPTIONS, "-", "+"),
    ("XREAD", "STREAMS", keys.CAPTIONS, "0"),
    ("XTRIM", keys.CAPTIONS, "MAXLEN", 0),
    ("XDEL", keys.CAPTIONS, "1-1"),
    ("EVAL", f"return redis.call('XRANGE', '{keys.CAPTIONS}', '-', '+')", 0),
    ("SUBSCRIBE", keys.captions_channel("abcd")),
    ("PSUBSCRIBE", "*"),
    ("PUBLISH", "another", "x"),
    ("EVAL", "return redis.call('PUBLISH', 'another', 'x')", 0),
    ("MONITOR",),
    # the server itself
    *(("CONFIG", *words) for words in (("GET", "*"), ("SET", "dir", "/tmp"), ("REWRITE",))),
    *(("ACL", *words) for words in (("LIST",), ("WHOAMI",), ("SETUSER", "worker", "+@all"))),
    *((name,) for name in ("FLUSHALL", "FLUSHDB", "SAVE", "BGSAVE", "SHUTDOWN", "INFO", "LASTSAVE", "ROLE", "SYNC")),
    *(("CLIENT", *words) for words in (("LIST",), ("KILL", "TYPE", "normal"), ("PAUSE", 1000))),
    ("DEBUG", "SLEEP", 1),
    ("MODULE", "LOAD", "/tmp/x.so"),
    ("REPLICAOF", "127.0.0.1", 1),
    ("MIGRATE", "127.0.0.1", 1, "x", 0, 1),
    ("SCRIPT", "FLUSH"),
    ("SCRIPT", "KILL"),
    *(("DUMP", key) for key in (keys.CAPTIONS, keys.pcm("s", 1))),
    ("RENAME", keys.pcm("s", 1), keys.lease("abcd")),
    ("COPY", keys.lease("abcd"), keys.pcm("s", 1)),
    ("SORT", keys.owned("w"), "GET", "jbc:lease:*"),
    ("OBJECT", "FREQ", keys.pcm("s", 1)),
)
NARROW: tuple[tuple[str | int, ...], ...] = (
    ("DEL", keys.CAPTIONS),
    ("SET", keys.CAPTIONS, "x"),
    ("EVAL", f"return redis.call('DEL', '{keys.CAPTIONS}')", 0),
    ("SET", keys.CONFIGURATION, "{}"),
    ("DEL", keys.CONFIGURATION),
    ("EVAL", "return redis.call('SET', KEYS[1], '{}')", 1, keys.CONFIGURATION),
)


REFUSALS = ("The user executing the script can't", "ACL failure in script", "not allowed")
"""How a server says so within a script, and of its own commands."""


def answer(client: redis.Redis, words: tuple[str | int, ...]) -> str:
    """refused, or what came instead."""
    try:
        return repr(client.execute_command(*words))  # type: ignore[no-untyped-call]
    except redis.exceptions.NoPermissionError:
        return "refused"
    except redis.ResponseError as error:
        return "refused" if any(words in str(error) for words in REFUSALS) else str(error)


def test_it_reaches_nothing_but_its_work(server: RedisServer, worker: redis.Redis) -> None:
    attacks = ATTACKS + (NARROW if server.program.version >= NARROWS_SINCE else ())
    answers = {words: answer(worker, words) for words in attacks}
    assert {words: said for words, said in answers.items() if said != "refused"} == {}
    with redis.Redis.from_url(server.url) as web:
        assert web.get(keys.lease("abcd")) == b"bridge 1"
        assert web.xlen(keys.CAPTIONS) == 1


def test_it_can_do_its_work(worker: redis.Redis) -> None:
    assert publish_final(worker, caption("abcd", "s", "Hello."), "m").name == "PUBLISHED"
    assert worker.get(keys.CONFIGURATION) == b"{}"
    assert worker.set(keys.heartbeat("w"), "x", ex=5)
    message: Any = SimpleNamespace(message_id="m", queue_name="stt")
    MaxAttempts(worker).before_process_message(Broker(), message)
    assert worker.get(keys.attempts("m")) == b"1"
    replies.send(worker, "r", SpokenPart(part=0, last=True, rate=24_000, samples=1, engine="test"), b"pcm")
    assert worker.llen(keys.replies("r")) == 1
    said = segment("s")
    assert streams.adopt(worker, said.id, "dead", "w") is None, "nobody's"
    worker.hset(keys.listened(said.id), mapping={"owner": "dead", "ask": encode(said)})
    assert streams.adopt(worker, said.id, "dead", "w") == said
    streams.finish(worker, said.id, "w")
    assert not worker.exists(keys.listened(said.id), keys.owned("w"))
    assert growth.voice(worker, "s", "pt", quick=True)
    cache.put(worker, "audio", ("x",), b"pcm", limit=10_000, tag="ana")
    assert (cache.get(worker, "audio", ("x",)), cache.forget(worker, "audio", "ana")) == (b"pcm", 1)


def test_nobody_comes_in_without_a_password(server: RedisServer) -> None:
    for user in ("default", "worker"):
        wrong = redis.Redis(port=server.port, username=user, password="wrong", retry=Retry(NoBackoff(), 0))
        with wrong as client, pytest.raises(redis.AuthenticationError):
            client.ping()
    with redis.Redis(port=server.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
