"""Dubs for people who share a device: they wait for the speaker and for one another, and need not catch up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from app.cancellation import end
from app.media.bridge.config import MediaConfig, PlayoutConfig
from app.media.bridge.dub import DubTrack
from app.media.bridge.floor import HELD_MOST, LOOK_EVERY, Floor
from app.media.bridge.playout import Due, Playout
from app.media.policy.room import Dub
from tests.support.clips import clip


def test_the_floor_is_taken_while_somebody_speaks_and_no_noise_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(monotonic=lambda: 0.0)
    monkeypatch.setattr("app.media.bridge.floor.time", clock)
    floor = Floor()
    assert not floor.taken("r", "table")
    floor.note("r", "table", speaking=True)
    assert floor.taken("r", "table")
    assert not floor.taken("other", "table")
    clock.monotonic = lambda: HELD_MOST + 0.1
    floor.note("r", "table", speaking=True)
    assert not floor.taken("r", "table"), "since it began"
    floor.note("r", "table", speaking=False)
    floor.note("r", "table", speaking=True)
    assert floor.taken("r", "table")


def test_what_had_to_wait_is_neither_skipped_nor_hurried() -> None:
    config = PlayoutConfig().taking_turns()
    late = Playout(config)
    late.add(clip("0.0.0|", 100.0), 101.0)
    due = late.next(100.0 + config.in_turns - 1)
    assert due is not None
    assert due.tempo == 1.0
    usual = Playout(PlayoutConfig())
    usual.add(clip("0.0.0|", 100.0), 101.0)
    assert usual.next(100.0 + config.in_turns - 1) is None
    assert usual.dropped == {"late": 1}


class Track:
    """A dubbed track of a device, and what it plays: nothing is over before it is told so."""

    def __init__(self, floor: Floor, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
        sfu = SimpleNamespace(connected=False)
        services: Any = SimpleNamespace(config=MediaConfig(), fence=lambda _room: 1, sfu=sfu)
        self.track = DubTrack(services, "r", "table", Dub(language), floor)
        self.played: list[int] = []
        self.heard, self.over = asyncio.Event(), asyncio.Event()
        self.over.set()

        async def play(due: Due) -> None:
            self.played.append(due.part.part)
            self.heard.set()
            await self.over.wait()

        async def ready() -> None:
            self.track._producer = "p"

        monkeypatch.setattr(self.track, "_play", play)
        monkeypatch.setattr(self.track, "_sync_producer", ready)
        monkeypatch.setattr(self.track, "_count_dropped", lambda: None)
        self.track.set_live(live=True)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.track.run())
        await asyncio.sleep(0)  # it is among those that take turns from here on
        try:
            yield
        finally:
            await end({task})


async def test_a_dub_begins_when_its_speaker_has_finished_and_then_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    floor, now = Floor(), time.time()
    dub = Track(floor, "pt", monkeypatch)
    floor.note("r", "table", speaking=True)
    dub.track.add(clip("0.0.0|", now, number=0, last=False))
    async with dub.running():
        await asyncio.sleep(3 * LOOK_EVERY)
        assert dub.played == [], "somebody is still speaking"
        floor.note("r", "table", speaking=False)
        await asyncio.wait_for(dub.heard.wait(), 5)
        floor.note("r", "table", speaking=True)
        dub.heard.clear()
        dub.track.add(clip("0.0.0|", now, number=1))
        await asyncio.wait_for(dub.heard.wait(), 5)
        assert dub.played == [0, 1], "what has begun to sound is not broken off"


async def test_of_two_dubs_at_one_device_the_one_that_was_said_first_is_heard_first_and_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    floor, now = Floor(), time.time()
    first, second = (Track(floor, language, monkeypatch) for language in ("pt", "en"))
    first.over.clear()
    floor.note("r", "table", speaking=True)
    async with second.running(), first.running():
        second.track.add(clip("0.1.0|", now))
        first.track.add(clip("0.0.0.", now))
        floor.note("r", "table", speaking=False)
        await asyncio.wait_for(first.heard.wait(), 5)
        await asyncio.sleep(3 * LOOK_EVERY)
        assert second.played == [], "the other one sounds"
        first.over.set()
        await asyncio.wait_for(second.heard.wait(), 5)
    assert floor.is_turn_of("r", "table", Track(floor, "vi", monkeypatch).track), "nothing of them is left"
