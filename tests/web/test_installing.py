"""What front page, lobby and call page say of a translator that is being installed, and how they follow it."""

from __future__ import annotations

import html
import re
import time

import httpx
import pytest
import redis

from app.settings.web import WebSettings
from ops.harness.web_server import new_room
from tasks.wire import keys
from tasks.wire.administration import Hindrance, Installing
from tasks.wire.messages import Heartbeat, encode
from tests.support.administrator import enter, on_sqlite

LANGUAGES = {
    "en": "Vietnamese translation is being installed: 43%, about 2 minutes.",
    "pt": "A tradução para vietnamita está sendo instalada: 43%, cerca de 2 minutos.",
    "vi": "Đang cài đặt phần dịch Tiếng Việt: 43%, còn khoảng 2 phút.",
}


def say(broker: redis.Redis, **changes: object) -> None:
    """Say as an installer does what it is at."""
    said = {"host": "here", "at": time.time(), "state": "running", "languages": ["vi"], "model": "draft-en-vi"}
    said |= {"percent": 43, "seconds_left": 115.0} | changes
    broker.hset(keys.INSTALLING, "here", encode(Installing(**said)))  # type: ignore[arg-type]


def shown(page: str) -> str:
    """The text of the live region that a page has for it."""
    found = re.search(r'<div role="status"><div class="installing"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert found, page
    return html.unescape(re.sub(r"<[^>]*>", " ", found[1])).strip()


def looks_at(page: str) -> str:
    """The address that a page looks at again."""
    found = re.search(r'class="installing" hx-get="([^"]*)" hx-trigger="every \d+s"', page)
    assert found, page
    return html.unescape(found[1])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_says_how_far_it_is_and_looks_again(
    client: httpx.AsyncClient, broker: redis.Redis, language: str
) -> None:
    code = await new_room(client)
    say(broker)
    client.headers["accept-language"] = language
    for path in ("/", "/join?code=nonsense", f"/rooms/{code}", f"/rooms/{code}/call"):
        page = (await client.get(path)).text
        assert shown(page) == LANGUAGES[language], path
        assert looks_at(page).startswith("/installing?seen=running.vi.")
        assert page.count("vendor/htmx-2") == (1 if not path.endswith(code) else 2), "the lobby fetches it ahead, too"


async def test_what_is_the_same_is_not_read_aloud_again(client: httpx.AsyncClient, broker: redis.Redis) -> None:
    say(broker)
    again = looks_at((await client.get("/")).text)
    assert (await client.get(again)).status_code == 204
    say(broker, percent=44)
    later = await client.get(again)
    assert "44%" in later.text
    assert later.headers["cache-control"] == "no-store"
    say(broker, seconds_left=20.0)
    assert "43%, less than a minute." in (await client.get(again)).text
    say(broker, state="complete", languages=[])
    loading = (await client.get(again)).text
    assert "Translation is installed, and is being loaded now." in loading
    again = looks_at(f'<div role="status">{loading}</div>')
    assert (await client.get(again)).status_code == 204
    beat = Heartbeat(worker="w", at=0, queues=["translate"], stt=[], translate=["en>vi", "vi>en"], speak=[])
    broker.set(keys.heartbeat("w"), encode(beat))
    done = (await client.get(again)).text
    assert "it works from now on, in calls that are open, too" in done
    last = (await client.get(looks_at(f'<div role="status">{done}</div>'))).text
    assert "hx-get" not in last, "nobody looks again"
    assert "<p>" not in last


async def test_a_failure_names_its_sources_and_when_it_is_tried_again(
    client: httpx.AsyncClient, broker: redis.Redis
) -> None:
    hindrances = [
        Hindrance(model="argos-en-vi", why="failed", said="Argos packages https://x.example: <cannot be reached>"),
        Hindrance(model="draft-en-vi", why="memory", said="", needed=6_000_000_000, present=3_900_000_000),
    ]
    say(broker, state="failed", hindrances=hindrances, again_at=time.time() + 290)
    page = (await client.get("/")).text
    words = shown(page)
    assert "Vietnamese translation could not be installed yet. It is tried again in about 5 minutes." in words
    assert "argos-en-vi: Argos packages https://x.example: <cannot be reached>" in words
    assert "draft-en-vi needs a machine with 6 GB of memory; this one has 3.9 GB." in words
    assert 'hx-trigger="every 60s"' in page


@pytest.mark.parametrize(
    "changes",
    [{"state": "complete", "languages": []}, {"state": "forbidden"}],
    ids=["complete", "forbidden"],
)
async def test_nothing_is_said_where_nothing_is_to_be_waited_for(
    client: httpx.AsyncClient, broker: redis.Redis, changes: dict[str, object]
) -> None:
    code = await new_room(client)
    say(broker, **changes)
    for path in ("/", f"/rooms/{code}", f"/rooms/{code}/call"):
        page = (await client.get(path)).text
        assert shown(page) == ""
        assert "/installing" not in page


@pytest.mark.parametrize("changes", [{"at": 1.0}, {"languages": []}], ids=["long silent", "a draft is replaced"])
async def test_nothing_is_said_of_what_nobody_waits_for(
    client: httpx.AsyncClient, broker: redis.Redis, changes: dict[str, object]
) -> None:
    say(broker, **changes)
    assert shown((await client.get("/")).text) == ""


@on_sqlite
async def test_the_administration_says_it_too(
    client: httpx.AsyncClient, broker: redis.Redis, settings: WebSettings
) -> None:
    await enter(client, settings)
    say(broker)
    assert shown((await client.get("/admin/models")).text) == LANGUAGES["en"]


async def test_a_page_that_was_open_before_the_installer_began_hears_of_it(
    client: httpx.AsyncClient, broker: redis.Redis
) -> None:
    again = looks_at((await client.get("/")).text)
    assert (await client.get(again)).status_code == 204
    say(broker)
    assert "43%" in (await client.get(again)).text
