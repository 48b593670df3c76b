"""Who has finished is told who still listens, until the last of their dubs has sounded."""

from __future__ import annotations

import time
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from app.auth.tokens import ParticipantMeta
from app.media.bridge.floor import PAUSE, Floor
from app.media.bridge.listening import Heard, still_heard
from app.media.policy.interpreting import Pair
from app.media.policy.room import Producer, Room
from tasks.wire import keys
from tasks.wire.messages import ClipPart, Segment, Timeline, encode
from tests.media.bridge.test_interpreters import ENGLISH, PORTUGUESE, Call, call, so

RATE = 16_000
SECONDS = 2.0


async def clip(one: Call, segment: Segment, seconds: float) -> None:
    """A worker has spoken a segment in Portuguese."""
    samples = np.zeros(int(seconds * RATE), np.int16)
    part = ClipPart(
        segment=segment.id,
        room=segment.room,
        speaker=segment.speaker,
        seq=segment.seq,
        language="pt",
        part=0,
        last=True,
        key=keys.clip(segment.id, "pt", 0, 0),
        samples=len(samples),
        rate=RATE,
        engine="test",
        timeline=Timeline(**msgspec.structs.asdict(segment.timeline) | {"speak_end": time.time()}),
    )
    await one.redis.set(part.key, samples.tobytes(), ex=keys.CLIP_TTL)
    await one.redis.publish(keys.clips_channel(segment.bridge), encode(part))


async def test_until_the_last_dub_has_sounded() -> None:
    async with call() as one:
        told = one.sfu.listening
        segment = await one.say("ana", ENGLISH)
        await so(lambda: bool(told))
        assert (told[-1]["count"], told[-1]["listener"]) == (1, "bob"), "kim hears what nobody can translate"
        assert told[-1]["participant"] == "ana"
        await clip(one, segment, SECONDS)
        began = time.monotonic()
        await so(lambda: (told[-1]["seconds"] or 0.0) > SECONDS / 2)
        await so(lambda: told[-1]["count"] == 0)
        assert time.monotonic() - began > SECONDS * 0.8
        count = len(told)
        assert count <= 5, "and not every moment"

        await one.interpret("lea")
        await so(lambda: ("lea", "vi") in one.dubs())
        await one.say("ana", ENGLISH)
        assert len(told) == count, "nobody interprets yet"
        await one.say("lea", PORTUGUESE)

        def of_ana() -> list[tuple[int, str | None, float | None]]:
            said = [each for each in told[count:] if each["participant"] == "ana"]
            return [(each["count"], each["listener"], each["seconds"]) for each in said]

        await so(lambda: len(of_ana()) >= 2)
        assert of_ana()[:2] == [(1, "bob", None), (0, None, None)], "while the interpreter speaks"


def test_an_end_that_moves_a_little_is_not_told_again() -> None:
    bob = frozenset({"bob"})
    one = Heard(bob, 10.0)
    assert one.is_as(Heard(bob, 10.9))
    assert not one.is_as(Heard(bob, 11.1))
    assert not one.is_as(Heard(bob, None))
    assert not one.is_as(Heard(bob | {"kim"}, 10.0))
    assert Heard(bob, None).is_as(Heard(bob, None))


def test_an_interpreter_says_what_the_last_one_said_whom_they_interpret(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("app.media.bridge.floor.time", SimpleNamespace(monotonic=lambda: now))
    room, floor = Room("r"), Floor()
    for name, speak in (("ana", "pt"), ("rui", "pt"), ("lea", "pt"), ("bob", "en")):
        room.put(name, ParticipantMeta(name=name, speak=speak, read=speak, hear=speak))
        room.producers[name] = Producer(producer_id=name, participant=name, kind="audio", track="original")
    room.interpret(Pair("pt", "en"), "lea")
    for name in ("rui", "ana", "lea"):
        floor.note("r", name, speaking=True)
        floor.note("r", name, speaking=False)
        now += PAUSE - 0.1
    floor.note("r", "lea", speaking=True)
    assert still_heard({"r": room}, [], floor) == {("r", "ana"): Heard(frozenset({"bob"}), None)}
    floor.note("r", "ana", speaking=True)
    assert still_heard({"r": room}, [], floor) == {}, "ana goes on"
    now += PAUSE + 0.1
    assert still_heard({"r": room}, [], floor) == {}, "nobody speaks"
