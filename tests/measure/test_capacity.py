"""The simulation: against queueing theory where that has an answer, and against what must be so."""

from __future__ import annotations

import random
import statistics
from dataclasses import replace
from itertools import cycle
from random import Random

import pytest
import simpy

from app.media.audio.segmenter import AskKind
from app.media.policy.ladder import Level
from ops.measure.capacity.__main__ import holds, most_rooms, needed, nodes
from ops.measure.capacity.model import Found, Room, System, run
from ops.measure.capacity.processor import Process, Processor
from ops.measure.capacity.service import Service, Stage, around
from ops.measure.capacity.speech import Piece, Talk, Turn, Wish
from tests.measure.service import SERVICE, STAGES


def test_a_shared_processor_keeps_to_the_theory_of_processor_sharing() -> None:
    env, rng, took = simpy.Environment(), Random(7), []
    processor = Processor(env)

    def job() -> Process:
        began = env.now
        yield processor.run(rng.expovariate(1.0))
        took.append(env.now - began)

    def arrivals() -> Process:
        while True:
            yield env.timeout(rng.expovariate(0.6))
            env.process(job())

    env.process(arrivals())
    env.run(until=40_000)
    assert abs(statistics.mean(took) - 1 / (1 - 0.6)) < 0.15, "M/M/1-PS: mean time is service/(1 - load)"
    assert abs(processor.busy / 40_000 - 0.6) < 0.02


def test_jobs_slow_each_other_only_where_they_have_more_threads_than_there_are_cores() -> None:
    env, took = simpy.Environment(), dict[str, float]()
    processor = Processor(env, cores=2)

    def job(name: str, threads: float) -> Process:
        yield processor.run(1.0, threads)
        took[name] = env.now

    env.process(job("one", 1))
    env.process(job("other", 1))
    env.run()
    assert took == {"one": 1.0, "other": 1.0}
    assert processor.busy == 1.0
    env.process(job("narrow", 1))
    env.process(job("wide", 2))
    env.run()
    assert took["narrow"] == took["wide"] == pytest.approx(2.5)


def test_a_quiet_system_is_as_quick_as_its_stages_and_a_full_one_is_not() -> None:
    alone = run(SERVICE, Talk(pause=30), 1, 1, seconds=3_600)
    # The ask in the pause begins 0.16 s after the end of speech and takes half a second; now and then one is under way.
    assert 0.6 < statistics.median(alone.caption) < 0.9
    assert 0.3 < statistics.median(alone.sound) - statistics.median(alone.translated) < 0.5
    assert alone.busy < 0.1
    full = run(SERVICE, Talk(), 12, 2)
    assert full.busy > 0.95
    assert not holds(full)
    assert run(SERVICE, Talk(), 2, 2).caption == run(SERVICE, Talk(), 2, 2).caption, "the same every time"


def test_workers_together_hold_at_least_what_they_hold_alone() -> None:
    one, four = most_rooms(SERVICE, Talk(), 1), most_rooms(SERVICE, Talk(), 4)
    assert one >= 1
    assert four >= 4 * one


def test_workers_that_rooms_need_are_as_simulated_and_beyond_in_proportion() -> None:
    assert needed({1: 2, 4: 10, 10: 26}) == {1: 1, 10: 4, 100: 39, 1_000: 385, 10_000: 3_847}
    assert needed({1: 1, 4: 9, 10: 26})[10] == 5, "four are known to hold nine"
    assert needed({1: 0, 4: 2, 10: 7})[1] == 3
    assert needed({1: 0, 4: 4, 10: 1})[10] == 25, "what four hold, ten do"
    assert needed({1: 0, 4: 0}) == {}, "no number of workers makes one of them quicker"
    assert nodes({2: {1: 2, 4: 10, 10: 26}, 4: {1: 0, 4: 0, 10: 0}}).splitlines()[2:] == [
        "| 2 | 2 | 10 | 26 | 1 | 4 | 39 | 385 | 3,847 |",
        "| 4 | 0 | 0 | 0 | - | - | - | - | - |",
    ]


def alone(service: Service, piece: Piece, level: Level = Level.VOICE) -> Found:
    """What is seen of one segment again and again with much silence between."""
    rooms = [Room(cycle([Turn((piece,), 30.0)]), level)]
    return System(service, rooms, 1, random.Random(1)).run(3_600)


def piece(language: str, speech: float) -> Piece:
    wishes = (Wish(speech + 0.16, AskKind.PAUSE, 0, speech), Wish(speech + 0.4, AskKind.FINAL, 0, speech))
    return Piece(language, wishes, ended=speech, speech=speech)


def test_each_language_is_heard_and_spoken_in_its_own_time() -> None:
    slow = replace(STAGES, usual=around(1.5, 1.6), first_sound=around(3.0, 3.1), speak=around(4.0, 4.1))
    service = replace(SERVICE, languages={"en": STAGES, "pt": slow})
    found = alone(service, piece("en", 4.0))
    assert statistics.median(found.caption) < 0.9
    assert 2.8 < statistics.median(found.sound) - statistics.median(found.translated) < 3.3, (
        "what is heard is Portuguese"
    )
    found = alone(service, piece("pt", 4.0))
    assert statistics.median(found.caption) > 1.5
    assert statistics.median(found.sound) - statistics.median(found.translated) < 0.5


def test_longer_speech_takes_longer_to_decode() -> None:
    line = replace(STAGES, usual=Stage(0.2, slope=0.1))
    service = replace(SERVICE, again=0.0, languages={"en": line, "pt": line})
    short, long = (statistics.median(alone(service, piece("en", seconds)).caption) for seconds in (3.0, 9.0))
    # Asked for after 0.16 s and handed over in 0.01: 0.5 s of work for 3 s of speech, 1.1 s for 9.
    assert [short, long] == pytest.approx([0.67, 1.27])


def test_a_room_gets_what_it_was_admitted_to() -> None:
    seen = {level: alone(SERVICE, piece("en", 4.0), level) for level in Level}
    assert [level for level, found in seen.items() if found.caption] == [
        Level.SOURCE_CAPTIONS,
        Level.TRANSLATED_CAPTIONS,
        Level.VOICE,
    ]
    assert [level for level, found in seen.items() if found.translated] == [Level.TRANSLATED_CAPTIONS, Level.VOICE]
    assert [level for level, found in seen.items() if found.sound] == [Level.VOICE]


def test_growing_speech_is_not_asked_for_while_its_last_ask_is_unanswered_and_old_asks_are_superseded() -> None:
    growth = tuple(Wish(2.0 * n, AskKind.GROWTH, n - 1, 2.0 * n) for n in range(1, 5))
    one = Piece("en", (*growth, Wish(9.0, AskKind.FINAL, 4, 9.0)), ended=9.0, speech=9.0)
    slow = replace(STAGES, quick=Stage(5.0), thorough=Stage(1.0))
    found = alone(replace(SERVICE, again=0.0, languages={"en": slow, "pt": slow}), one)
    # Asked at 2 s, answered at 7; asked again at 8 s, answered at 13, and only then the final.
    assert statistics.median(found.caption) == pytest.approx(5.0, abs=0.05)
