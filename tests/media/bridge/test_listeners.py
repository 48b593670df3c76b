"""Which worker hears whom."""

from __future__ import annotations

from app.media.bridge.listeners import MAX_REMEMBERED, Listeners
from tasks.wire.messages import Heartbeat, Segment, Timeline


def beat(worker: str, *streams: str) -> Heartbeat:
    return Heartbeat(worker=worker, at=0, queues=["stt"], stt=["vi"], streams=list(streams), translate=[], speak=[])


def segment(name: str, *, language: str = "vi", final: bool = False) -> Segment:
    return Segment(
        id=name,
        room="r",
        speaker="lan",
        bridge="b",
        seq=0,
        revision=0,
        final=final,
        language=language,
        samples=1,
        read=[],
        hear=[],
        timeline=Timeline(speech_start=0, speech_end=1, closed=1),
    )


def test_segments_are_spread_over_the_workers_that_can_hear_them() -> None:
    listeners = Listeners(lambda: [beat("a", "vi"), beat("b", "vi"), beat("c")])
    chosen = [listeners.choose(segment(name)) for name in ("1", "2", "3", "4")]
    assert sorted(str(worker) for worker in chosen) == ["a", "a", "b", "b"]
    assert (listeners.hear("vi"), listeners.hear("en")) == (True, False)
    assert listeners.choose(segment("5", language="en")) is None


def test_a_segment_stays_with_its_worker_to_its_end_and_then_counts_no_more() -> None:
    alive = [beat("a", "vi")]
    listeners = Listeners(lambda: alive)
    assert listeners.choose(segment("1")) == "a"
    alive[:] = [beat("b", "vi")]
    assert [listeners.choose(segment("1")), listeners.choose(segment("1", final=True))] == ["a", "a"]
    assert listeners.choose(segment("1")) == "b", "it is forgotten"


def test_a_segment_that_nobody_could_hear_as_a_stream_at_first_is_none_to_its_end() -> None:
    alive: list[Heartbeat] = []
    listeners = Listeners(lambda: alive)
    assert listeners.choose(segment("1")) is None
    alive.append(beat("a", "vi"))
    assert listeners.choose(segment("1")) is None
    for number in range(MAX_REMEMBERED + 1):
        listeners.choose(segment(f"open-{number}"))
    assert listeners.choose(segment("1")) == "a", "what is remembered is bounded"
