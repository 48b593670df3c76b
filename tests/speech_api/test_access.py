"""Keys, limits and what happens without workers or Redis."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import redis
from litestar.connection import ASGIConnection
from redis.asyncio import Redis

from app.auth.api_keys import Holder
from app.limits.at_once import AtOnce
from app.limits.names import Names
from app.limits.shared import Shared
from app.settings.speech_api import Limits
from app.speech_api.access import WRONG_KEYS_A_MINUTE, Access
from app.speech_api.errors import ApiError
from ops.harness.redis_server import RedisServer, redis_server
from ops.harness.web_server import CSRF_COOKIE, WebServer
from tasks.wire import keys
from tasks.wire.messages import Heartbeat, encode
from tests.speech_api.conftest import make_key

NAMES = Names("the secret of an installation")
BODY = {"text": "Hello", "source": "en", "target": "pt"}


@pytest.fixture
def lonely(tmp_path: Path) -> Iterator[tuple[WebServer, RedisServer]]:
    """A web process whose Redis no worker knows."""
    with redis_server() as server:
        web = WebServer(tmp_path, server.url)
        web.env |= {"API_ANSWER_SECONDS": "1", "API_REQUESTS_A_MINUTE": "7"}
        web.migrate()
        web.start()
        try:
            yield web, server
        finally:
            web.kill()


@pytest.fixture
async def shared(api_redis: RedisServer) -> AsyncIterator[Shared]:
    """Counters in a Redis."""
    async with Redis.from_url(api_redis.url) as client:
        yield Shared(client, NAMES)


def test_only_a_key_opens_and_only_for_its_scopes(web: WebServer, key: str, var_dir: Path) -> None:
    def ask(**headers: str) -> httpx.Response:
        return httpx.post(f"{web.url}/api/v1/translate", json=BODY, headers=headers)

    assert ask().status_code == 401
    refused = ask(authorization="Bearer jbc_000000000000_" + "A" * 43)
    assert refused.status_code == 401
    assert "jbcalling keys create" in refused.json()["error"]["message"]
    other = make_key(var_dir, "speaker", ("speak",))
    narrow = ask(authorization=f"Bearer {other}")
    assert (narrow.status_code, narrow.json()["error"]["code"]) == (403, "missing_scope")
    assert ask(authorization=f"Basic {key}").status_code == 401
    with httpx.Client(base_url=web.url) as browser:
        browser.get("/")  # a page's cookies
        answer = browser.post("/api/v1/translate", json=BODY, headers={"x-csrftoken": browser.cookies[CSRF_COOKIE]})
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers


def test_nobody_there_is_said_at_once_and_a_dead_worker_in_time(lonely: tuple[WebServer, RedisServer]) -> None:
    web, server = lonely
    key = make_key(Path(web.env["JBC_VAR"]), "one")
    with httpx.Client(base_url=web.url, headers={"authorization": f"Bearer {key}"}) as api:
        answer = api.post("/api/v1/translate", json=BODY)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_worker")
        assert answer.headers["retry-after"] == "5"
        with redis.Redis.from_url(server.url) as client:
            beat = Heartbeat(worker="w", at=time.time(), queues=["batch"], stt=[], translate=["en>pt"], speak=[])
            client.set(keys.heartbeat("w"), encode(beat))
            answer = api.post("/api/v1/translate", json=BODY)
            assert (answer.status_code, answer.json()["error"]["code"]) == (504, "no_answer")
            assert not client.keys("jbc:request:*"), "nothing is left behind"
            client.set(keys.heartbeat("w"), encode(msgspec.structs.replace(beat, queues=["translate"])))
            assert api.post("/api/v1/translate", json=BODY).status_code == 503, "it does not take API requests"
        server.stop()
        answer = api.post("/api/v1/translate", json=BODY)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "broker_gone")
        server.start()
        statuses = [api.post("/api/v1/translate", json=BODY).status_code for _ in range(4)]
        assert statuses == [503, 503, 503, 429]


class Looked:
    """Keys in a database that counts how often it is asked."""

    def __init__(self, *good: str) -> None:
        self.good = set(good)
        self.asked = 0

    async def holder(self, presented: str) -> Holder | None:
        self.asked += 1
        return Holder(1, "one", frozenset({"translate"})) if presented in self.good else None


async def test_who_guesses_keys_is_held_up_before_the_database_and_shuts_nobody_out(shared: Shared) -> None:
    keys = Looked("good", "new")
    access = Access(keys, Limits(), shared, AtOnce(NAMES))  # type: ignore[arg-type]

    async def admit(key: str, address: str) -> int:
        headers = [(b"authorization", f"Bearer {key}".encode())]
        connection = ASGIConnection[Any, Any, Any, Any]({"type": "http", "headers": headers, "client": (address, 1)})  # type: ignore[arg-type]
        try:
            await access.admit(connection, "translate")
        except ApiError as error:
            return error.status_code
        return 200

    home = [f"2001:db8:0:7::{host:x}" for host in range(100)]  # addresses of one household
    assert await admit("good", home[0]) == 200
    statuses = [await admit(f"guess {number}", address) for number, address in enumerate(home)]
    assert statuses == [401] * WRONG_KEYS_A_MINUTE + [429] * (100 - WRONG_KEYS_A_MINUTE)
    assert keys.asked == 1 + WRONG_KEYS_A_MINUTE
    assert await admit("good", home[1]) == 200, "somebody else there has a key that is known"
    assert await admit("new", home[1]) == 429
    assert await admit("new", "2001:db8:0:8::1") == 200
    keys.good.clear()  # revoked
    assert [await admit("good", home[1]), await admit("good", home[1])] == [401, 429]


def test_the_description_has_the_apis_and_nothing_else(web: WebServer) -> None:
    schema = httpx.get(f"{web.url}/api/schema/openapi.json").json()
    assert "/api/v1/translate" in schema["paths"]
    assert not any(path.startswith("/rooms") for path in schema["paths"])
    assert "status_code" not in json.dumps(schema), "Litestar's own shape of an error, which nobody gets"
    for path, shape in (("/api/v1/translate", "Native"), ("/v1/audio/speech", "OpenAI"), ("/detect", "LibreTranslate")):
        answers = schema["paths"][path]["post"]["responses"]
        assert {"200", "400", "401", "429", "503"} <= answers.keys()
        assert answers["400"]["content"]["application/json"]["schema"]["$ref"].endswith(shape)
    health = schema["paths"]["/api/v1/health/{service}"]["get"]["responses"]
    assert health["503"]["content"]["application/json"]["schema"]["$ref"].endswith("ServiceHealth")
    assert "<script" not in httpx.get(f"{web.url}/api/schema", headers={"accept": "text/html"}).text
