"""Pages, rooms and what several `web` share, on a real Redis Cluster of three nodes.

The nodes themselves refuse what touches keys of several at once: whatever comes to its end here can be held by one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import redis
from redis.asyncio import Redis

from app.cancellation import end
from app.captions.store import CaptionStore
from app.duty import Duty
from app.limits.at_once import AtOnce
from app.limits.names import Names
from app.limits.shared import Shared
from app.limits.telling import Telling
from app.rooms.knocks import Knocks
from app.tables import Participant, Room
from ops.harness.captions import caption, say
from ops.harness.redis_cluster import RedisCluster, redis_cluster
from ops.harness.web_server import WebServer, new_room
from tasks.wire import keys, memory, redis_client
from tasks.wire.captions import Outcome, publish_final, publish_interim
from tasks.wire.redis_client import connect
from tests.media.bridge.test_lease_rules import Arbiter, Side
from tests.support.cluster import cluster, edge, nodes_of, store
from tests.support.feeds import WITHIN, feed, live, spoken, take
from tests.web.test_retention import Kept

__all__ = ["cluster", "edge", "store"]

pytestmark = pytest.mark.service

BROKER = "amqp://nobody:nothing@127.0.0.1:1/x"
"""Queues that nobody asks anything here."""
NAMES = Names("the secret of an installation")


@pytest.fixture
def web(cluster: RedisCluster, store: redis.Redis, tmp_path: Path) -> Iterator[WebServer]:
    assert store
    server = WebServer(tmp_path, cluster.url)
    server.env["BROKER_URL"] = BROKER
    server.migrate()
    server.start()
    yield server
    server.kill()


@asynccontextmanager
async def browsing(server: WebServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=httpx.Timeout(10, read=WITHIN)) as client:
        yield client


async def test_captions_reach_pages_and_the_database(web: WebServer, store: redis.Redis) -> None:
    async with browsing(web) as browser:
        code = await new_room(browser, speak="en", read="pt")
        await live(browser)
        async with feed(browser, code, "?lang=pt") as events:
            say(store, spoken(code, "s1", "good", final=False))
            shown = await take(events, 1)  # the final one would take the place of an interim that still waits
            say(store, spoken(code, "s1", "Good morning."))
            say(store, spoken(code, "s1", "Bom dia.", language="pt"))
            shown += await take(events, 2)
        assert publish_final(store, spoken(code, "s1", "Again."), f"message-{code}.s1-en") is Outcome.REPEATED
        assert publish_final(store, spoken(code, "s1", "Other."), "another") is Outcome.REFUSED
        assert not publish_interim(store, spoken(code, "s1", "late", final=False))
        async with feed(browser, code, "?lang=pt", last=shown[1].id) as events:
            (missed,) = await take(events, 1)
        transcript = await browser.get(f"/rooms/{code}/transcript")
    assert [event.id != "" for event in shown] == [False, True, True]
    assert "Bom dia." in missed.data
    assert "Good morning." in transcript.text
    assert re.fullmatch(r"\d+-\d+-[0-9a-f]{8}", shown[1].id)


async def test_rooms_are_leased_by_one_bridge_at_a_time(cluster: RedisCluster, store: redis.Redis) -> None:
    assert store
    rooms = ["r1", "r2", "r3", "r4"]
    assert nodes_of([keys.lease(room) for room in rooms]) > 1
    arbiter = Arbiter()
    a, b = (Side(name, cluster.url, arbiter, rooms) for name in ("bridge-a", "bridge-b"))
    for side in (a, b):
        side.leases.set_bridges(["bridge-a", "bridge-b"])
    looking = [asyncio.ensure_future(side.until(lambda: a.held | b.held == set(rooms))) for side in (a, b)]
    done, _ = await asyncio.wait(looking, return_when=asyncio.FIRST_COMPLETED)  # whose change made it so
    await end(set(looking))
    assert all(one.exception() is None for one in done)
    assert not a.held & b.held
    before = dict(arbiter.fences)
    await b.stop()
    a.leases.set_bridges(["bridge-a"])
    await a.until(lambda: a.held == set(rooms))
    assert sum(arbiter.fences[room] > before[room] for room in rooms) >= 1
    await a.stop()


async def test_several_webs_count_and_share_together(edge: Redis, cluster: RedisCluster) -> None:
    one, two = (Shared(edge, NAMES).recent("posts", 3) for _ in range(2))
    assert [await one.wait("a"), await two.wait("a"), await one.wait("a")] == [0, 0, 0]
    assert await two.wait("a") > 0
    await one.forget("a")
    assert await two.full("a") == 0
    here, there = AtOnce(NAMES), AtOnce(NAMES)
    there.add("feeds", "a")
    await Telling(edge, there).tell()
    await Telling(edge, here).tell()
    assert here.count("feeds", "a") == 1
    first, second = Duty(edge, "closing", 5.0), Duty(edge, "closing", 5.0)
    assert [await first.mine(), await second.mine()] == [True, False]
    await first.leave()
    assert await second.mine()
    knocking, seeing = Knocks(edge), Knocks(edge)
    await knocking.note(Participant(id="ana", room_id=7))
    assert await seeing.recent(Room(id=7)) == {"ana"}
    assert await redis_client.values(edge, [keys.sfu("a"), keys.sfu("b")]) == [None, None]
    for number in range(20):
        await edge.set(keys.placed(f"room-{number}"), "x")
    await memory.need_room(edge, keys.KEPT)
    said = await redis_client.info(edge)
    assert said["keys"] >= 20
    assert said["connected_clients"] >= len(cluster.nodes)


async def test_what_is_deleted_is_gone_from_every_node(
    migrated: str, cluster: RedisCluster, store: redis.Redis, edge: Redis
) -> None:
    kept = Kept(migrated, cluster.url)
    kept.storing = asyncio.create_task(CaptionStore(edge, kept.sessions).run())
    room = await kept.room("secret", 30)
    for number in range(12):
        say(store, caption("secret", f"s-{number}", "words"))
        store.set(keys.pcm(f"s-{number}", 1), "sound")
        store.set(keys.cached("audio", str(number)), "sound")
        store.set(keys.pcm(f"o-{number}", 1), "of another room")
    await kept.settled()
    await kept.retention.run_once()
    assert not store.exists("jbc:retention"), "the next one may look"
    assert await kept.retention.delete_room(room) == 12
    left = [key for key in store.scan_iter("jbc:*") if b":s-" in key or b"cache" in key]
    assert all(key.startswith(b"jbc:once:") for key in left), left
    assert len(list(store.scan_iter("jbc:pcm:o-*"))) == 12
    assert store.xlen(keys.CAPTIONS) == 0
    await end([kept.storing])
    await kept.redis.aclose()
    await kept.engine.dispose()


async def test_captions_go_on_when_the_node_that_holds_them_dies(tmp_path: Path) -> None:
    with redis_cluster(replicas=1) as cluster, connect(cluster.url, lambda: WITHIN) as store:
        server = WebServer(tmp_path, cluster.url)
        server.env["BROKER_URL"] = BROKER
        server.migrate()
        server.start()
        try:
            async with browsing(server) as browser:
                code = await new_room(browser, speak="en", read="en")
                await live(browser)
                async with feed(browser, code) as events:
                    say(store, spoken(code, "s1", "before"))
                    await take(events, 1)
                    cluster.kill(cluster.holder(keys.CAPTIONS))
                    await asyncio.to_thread(say, store, spoken(code, "s2", "after"))
                    await live(browser, within=2 * WITHIN)
                async with feed(browser, code) as events:
                    shown = await take(events, 2)
        finally:
            server.kill()
    assert ["before" in shown[0].data, "after" in shown[1].data] == [True, True]
