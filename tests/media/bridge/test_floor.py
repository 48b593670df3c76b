"""Dubs for people who share a device: they wait until the speaker has finished, and need not catch up."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from app.media.bridge.config import MediaConfig, PlayoutConfig
from app.media.bridge.dub import DubTrack
from app.media.bridge.floor import HELD_MOST, LOOK_EVERY, Floor
from app.media.bridge.playout import Playout
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


async def test_a_dub_begins_when_its_speaker_has_finished_and_then_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    floor, played, now = Floor(), list[int](), time.time()
    services: Any = SimpleNamespace(config=MediaConfig(), fence=lambda _room: 1)
    track = DubTrack(services, "r", "table", Dub("pt"), floor)
    heard = asyncio.Event()

    async def play(due: Any) -> None:  # noqa: ANN401
        played.append(due.part.part)
        heard.set()

    async def ready() -> None:
        track._producer = "p"

    monkeypatch.setattr(track, "_play", play)
    monkeypatch.setattr(track, "_sync_producer", ready)
    monkeypatch.setattr(track, "_count_dropped", lambda: None)
    track.set_live(live=True)
    floor.note("r", "table", speaking=True)
    track.add(clip("0.0.0|", now, number=0, last=False))
    running = asyncio.create_task(track.run())
    await asyncio.sleep(3 * LOOK_EVERY)
    assert played == [], "somebody is still speaking"
    floor.note("r", "table", speaking=False)
    await asyncio.wait_for(heard.wait(), 5)
    floor.note("r", "table", speaking=True)
    heard.clear()
    track.add(clip("0.0.0|", now, number=1))
    await asyncio.wait_for(heard.wait(), 5)
    assert played == [0, 1], "what has begun to sound is not broken off"
    running.cancel()
    await asyncio.wait({running})
