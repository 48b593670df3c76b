"""The simulation: against queueing theory where that has an answer, and against what must be so."""

from __future__ import annotations

import random
import statistics
from dataclasses import replace
from itertools import cycle
from random import Random

import pytest
import simpy

from app.media.policy.ladder import Level
from ops.measure.capacity.__main__ import holds, most_rooms, needed, nodes
from ops.measure.capacity.model import System, run
from ops.measure.capacity.processor import Process, Processor
from ops.measure.capacity.service import Service, Stage, around
from ops.measure.capacity.speech import Piece, Talk, Turn
from ops.measure.capacity.work import Found, Room
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
    # What is worked out in the pause begins 0.16 s after the end of speech and takes 0.3 s; it is final after 0.5 s.
    assert 0.5 < statistics.median(alone.caption) < 0.8
    assert alone.busy < 0.2
    full = run(SERVICE, Talk(), 12, 2)
    assert full.busy > 0.95
    assert not holds(full)
    assert run(SERVICE, Talk(), 2, 2).caption == run(SERVICE, Talk(), 2, 2).caption, "the same every time"


def test_workers_together_hold_at_least_what_they_hold_alone() -> None:
    slow = replace(SERVICE, cores=0.5)
    one, four = most_rooms(slow, Talk(), 1), most_rooms(slow, Talk(), 4)
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


def piece(language: str, speech: float, pauses: tuple[float, ...] = ()) -> Piece:
    return Piece(language, 0.0, speech, (*pauses, speech + 0.16), speech + 0.4)


def steady() -> Service:
    """Stages that always take the same, on cores enough."""
    stages = replace(
        STAGES, hear=Stage(0.1), end=Stage(0.1), speak=Stage(0.1), first_sound=Stage(0.1)
    )  # fmt: skip
    return replace(SERVICE, translate=Stage(0.05), languages={"en": stages, "pt": stages}, cores=4.0)


def test_a_caption_is_final_when_the_end_is_known_and_was_worked_out_in_the_pause() -> None:
    found = alone(steady(), piece("en", 4.0))
    assert statistics.median(found.caption) == pytest.approx(0.4 + 0.01)
    assert statistics.median(found.translated) == pytest.approx(0.4 + 2 * 0.01 + 0.05)
    slow = steady()
    stages = replace(slow.languages["en"], end=Stage(1.0))
    found = alone(replace(slow, languages=dict.fromkeys(("en", "pt"), stages)), piece("en", 4.0))
    assert statistics.median(found.caption) == pytest.approx(0.16 + 0.01 + 1.0, abs=0.02), "no longer than it takes"


def test_pieces_sound_while_somebody_speaks_as_words_are_certain() -> None:
    found = alone(steady(), piece("en", 20.0))
    # Certain after 0.5 s, found by a decoding every 0.6 s that takes 0.1; then translated and spoken.
    assert 7 <= len(found.sounds["pt"]) / len(found.caption) <= 9, "a piece for every second clause of 1.3 s"
    assert 0.7 < statistics.median(found.sounds["pt"]) < 1.5
    assert statistics.median(found.sounds["pt"]) < statistics.median(found.caption) + 1.0


def test_each_language_is_heard_and_spoken_in_its_own_time() -> None:
    slow = replace(STAGES, end=around(1.5, 1.6), first_sound=around(1.0, 1.1), speak=around(1.2, 1.3))
    service = replace(SERVICE, languages={"en": STAGES, "pt": slow})
    heard, spoken = alone(service, piece("en", 4.0)), alone(service, piece("pt", 4.0))
    assert statistics.median(heard.caption) < 0.9 < 1.5 < statistics.median(spoken.caption)
    assert statistics.median(heard.sounds["pt"]) > 0.6 + statistics.median(spoken.sounds["en"]) - 1.0
    assert not heard.sounds["en"]


def test_speech_is_heard_less_often_where_decodings_take_their_time() -> None:
    def words_late(took: float) -> float:
        service = steady()
        stages = replace(service.languages["en"], hear=Stage(took))
        found = alone(replace(service, languages=dict.fromkeys(("en", "pt"), stages)), piece("en", 20.0))
        return statistics.median(found.sounds["pt"])

    assert words_late(0.1) < words_late(0.6) < words_late(0.1) + 2.0


def test_a_pause_within_speech_is_worked_out_to_its_end_and_costs() -> None:
    once, thrice = (alone(steady(), piece("en", 8.0, pauses)).busy for pauses in ((), (2.0, 4.0)))
    assert once < thrice


def test_a_room_gets_what_it_was_admitted_to() -> None:
    seen = {level: alone(SERVICE, piece("en", 4.0), level) for level in Level}
    assert [level for level, found in seen.items() if found.caption] == [
        Level.SOURCE_CAPTIONS,
        Level.TRANSLATED_CAPTIONS,
        Level.VOICE,
    ]
    assert [level for level, found in seen.items() if found.translated] == [Level.TRANSLATED_CAPTIONS, Level.VOICE]
    assert [level for level, found in seen.items() if found.sound] == [Level.VOICE]
