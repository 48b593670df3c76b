"""The simulation: against queueing theory where that has an answer, and against what must be so."""

from __future__ import annotations

import json
import statistics
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import simpy

from ops.capacity import checking
from ops.capacity.__main__ import holds, most_rooms, run
from ops.capacity.checking import FEW
from ops.capacity.limits import rows
from ops.capacity.model import Talk
from ops.capacity.processor import Process, Processor
from ops.capacity.service import Service, Stage, Stages, read

STAGES = Stages(
    quick=Stage(0.4, 0.8),
    usual=Stage(0.5, 1.0),
    thorough=Stage(0.6, 1.2),
    speak=Stage(1.0, 2.0),
    first_clause=Stage(0.4, 0.8),
)
SERVICE = Service(
    endpoint=0.5, translate=Stage(0.05, 0.1), again=0.1, pauses=0.1, languages={"en": STAGES, "pt": STAGES}
)


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
    assert [room for _, room, _ in rows(4)] == sorted(room for _, room, _ in rows(4))
    assert all(room > 0 for _, room, _ in rows(2))


def test_each_language_is_heard_and_spoken_in_its_own_time() -> None:
    slow = replace(STAGES, usual=Stage(1.5, 1.6), first_clause=Stage(3.0, 3.1), speak=Stage(4.0, 4.1))
    service = replace(SERVICE, languages={"en": STAGES, "pt": slow})
    found = run(service, Talk(turns=(("en", 4.0, 20.0),)), 1, 1, seconds=3_600)
    assert statistics.median(found.caption) < 0.9
    assert 2.8 < statistics.median(found.sound) - statistics.median(found.translated) < 3.3, (
        "what is heard is Portuguese"
    )
    found = run(service, Talk(turns=(("pt", 4.0, 20.0),)), 1, 1, seconds=3_600)
    assert statistics.median(found.caption) > 1.5
    assert statistics.median(found.sound) - statistics.median(found.translated) < 0.5


def test_what_bench_writes_is_read_and_what_it_lacks_is_named(tmp_path: Path) -> None:
    one = {"p50": 100.0, "p95": 200.0, "n": 9}
    language = dict.fromkeys(("quick", "usual", "speak", "first_clause"), one)
    written = {"endpoint": one, "translate": one, "decoded_again": 0.0, "pauses_a_second": 0.1}
    path = tmp_path / "bench.json"
    path.write_text(json.dumps({"service_ms": written | {"languages": {"en": language, "pt": language}}}))
    service = read(path, {"speak": Stage(1.0, 2.0)})
    assert (service.endpoint, service.languages["en"].thorough.p50) == (0.1, 0.1)
    assert {one.speak.p95 for one in service.languages.values()} == {2.0}
    path.write_text(json.dumps({"service_ms": written}))
    with pytest.raises(SystemExit, match=r"no times of 'languages': run `make bench`"):
        read(path)


def test_the_check_judges_what_rests_on_enough_utterances() -> None:
    def row(ms: float, count: int) -> dict[str, Any]:
        lags = {name: {"p50": ms, "n": count} for name in ("source caption", "translated caption", "clip")}
        return {"people": 2, "calls": 1, "ladder": {"share_of_time": {"voice": 1.0}}, "lag_ms": lags}

    assert checking.against(SERVICE, {"rows": [row(10_000, FEW - 1)]})[1]
    table, close = checking.against(SERVICE, {"rows": [row(10_000, FEW)]})
    assert not close
    assert "too far off" in table
