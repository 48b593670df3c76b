"""Somebody reads without a pause: the listener reads and hears along, and nothing that was shown is taken back."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import redis

from ops.harness.people import heard_out
from ops.harness.stack import Stack
from ops.harness.waiting import until
from tasks.wire import keys
from tasks.wire.messages import ClipEvent, ClipPart, Heartbeat, decode, decode_clip_event
from tests.e2e.conftest import Join
from tests.support.reader import Reading, follows, read_once, shown_and_kept

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECONDS = 40
SHORT = 15
"""Seconds of a reading in which something happens."""
MOST_WRONG = 0.15


async def test_a_listener_follows_somebody_who_does_not_pause(stack: Stack, join: Join) -> None:
    reading = Reading(SECONDS)
    alice, bruno = await asyncio.gather(
        join("Alice", speak="en", read="en", hear="en"), join("Bruno", speak="pt", read="pt", hear="pt")
    )
    before = len(await bruno.onsets())
    spoken = await alice.say(reading.file())
    over = spoken["startedAt"] + 1000 * reading.seconds
    await heard_out(bruno, stack)

    updates = await shown_and_kept(bruno)
    translations = [rows for rows in updates.values() if rows[0]["kind"].startswith("translation")]
    growing = [rows for rows in translations if len({row["text"] for row in rows}) > 1 and rows[0]["at"] < over]
    assert len(growing) >= len(translations) / 2, "translations grow while their sentences are being spoken"

    twentieth = reading.seconds * 20 / len(reading.text.split())
    first = ((await bruno.onsets())[before] - spoken["startedAt"]) / 1000
    print(f"20 words are spoken after {twentieth:.1f} s, the first clause is heard after {first:.1f} s")
    assert first < reading.seconds / 2, "the listener hears the beginning while the rest is being read"

    assert all(line.translation for line in await bruno.lines())
    await read_once(bruno, reading, speaker=alice, at_most=MOST_WRONG)


@pytest_asyncio.fixture(loop_scope="session")
async def second_worker(stack: Stack) -> AsyncIterator[str]:
    """A worker beside the one that there is; one of the two may be killed."""
    stack.lines["worker2"] = stack.lines["worker"]  # with the secrets of a worker
    stack.start("worker2")
    with redis.Redis.from_url(stack.redis_url) as client:
        await until(lambda: asyncio.to_thread(lambda: len(voices(client)) == 2), 90)
    yield "worker2"
    del stack.lines["worker2"]
    if "worker" in stack.running:
        if "worker2" in stack.running:
            stack.stop("worker2")
    else:
        stack.running["worker"] = stack.running.pop("worker2")  # goes on in its place, with its models loaded
    await stack.ready()


def voices(client: redis.Redis) -> list[str]:
    """The workers that speak."""
    found = [
        decode(data, Heartbeat) for name in client.keys(keys.HEARTBEATS) if isinstance(data := client.get(name), bytes)
    ]
    return [beat.worker for beat in found if "speak" in beat.queues and beat.speak]


def hearing(client: redis.Redis) -> int | None:
    """The process that hears somebody now."""
    owners = [client.hget(name, "owner") for name in client.keys("jbc:listened:*")]
    return next((int(owner.split(b".")[-2]) for owner in owners if isinstance(owner, bytes)), None)


async def test_a_worker_that_dies_in_the_middle_takes_no_word_and_at_most_a_clause_along(
    stack: Stack, join: Join, second_worker: str
) -> None:
    reading = Reading(SHORT)
    alice, bruno = await asyncio.gather(
        join("Alice", speak="en", read="en", hear="en"), join("Bruno", speak="pt", read="pt", hear="pt")
    )
    with redis.Redis.from_url(stack.redis_url) as client, client.pubsub() as clips:
        clips.psubscribe(keys.clips_channel("*"))
        speaking = asyncio.create_task(alice.say(reading.file()))
        await bruno.wait_for("() => document.querySelector('#captions p.translation')")
        await until(lambda: asyncio.to_thread(lambda: hearing(client) is not None), 20)
        owner = hearing(client)
        killed = next(name for name in ("worker", second_worker) if stack.running[name].pid == owner)
        stack.kill(killed)
        await speaking
        await heard_out(bruno, stack)
        events = [decode_clip_event(message["data"]) for message in drained(clips)]
    await shown_and_kept(bruno)
    await read_once(bruno, reading, speaker=alice, at_most=MOST_WRONG)
    assert all(line.translation for line in await bruno.lines())
    assert lost(events) <= 1


def drained(clips: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - redis-py says no more
    """What has come."""
    found = []
    while message := clips.get_message(timeout=0.2):
        if message["type"] == "pmessage":
            found.append(message)
    return found


def lost(events: list[ClipEvent]) -> int:
    """How many pieces of sentences nobody has spoken, or said anything of.

    Two workers and two browsers leave a slow voice little of two cores: what it is said to be too late for is not lost.
    """
    told = defaultdict(set)
    for event in events:
        if isinstance(event, ClipPart) or event.reason != "all of it is spoken":
            told[event.segment].add(event.piece)
    done = {
        (event.segment, event.piece)
        for event in events
        if (event.last if isinstance(event, ClipPart) else event.reason == "too late to be spoken")
    }
    silent = sum((segment, piece) not in done for segment, pieces in told.items() for piece in pieces)
    return silent + sum(len({*range(max(pieces) + 1)} - pieces) for pieces in told.values())


async def test_a_listener_who_changes_language_in_mid_sentence_follows_from_there(stack: Stack, join: Join) -> None:
    reading = Reading(SHORT)
    alice, bruno = await asyncio.gather(
        join("Alice", speak="en", read="en", hear="en"), join("Bruno", speak="pt", read="en", hear="original")
    )
    speaking = asyncio.create_task(alice.say(reading.file()))
    await bruno.page.click("#languages summary")
    await bruno.page.select_option("#choices select[name=read]", "pt")
    await bruno.page.select_option("#choices select[name=hear]", "pt")
    await bruno.wait_for("() => document.querySelector('#captions [data-grows]')")
    await bruno.page.click("#choices button[type=submit]")
    await bruno.page.wait_for_selector("#captions[data-read=pt]")
    changed = await bruno.now()
    spoken = await speaking
    await heard_out(bruno, stack)
    over = spoken["startedAt"] + 1000 * reading.seconds
    assert changed < over - 5_000, "there is something left to follow"
    assert follows(await shown_and_kept(bruno), changed, over), "translations come while she reads on"
    await read_once(bruno, reading, speaker=alice, at_most=MOST_WRONG)
    translated = [bool(line.translation) for line in await bruno.lines()]
    assert translated == sorted(translated), "from one sentence on, all of them"
    assert sum(translated) >= len(translated) / 2
