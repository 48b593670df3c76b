"""What the simulation is fed with, what it is held against, and what is written of it."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.media.policy.ladder import Level
from ops.harness.callers import TURN_GAP_SECONDS
from ops.harness.captions import caption
from ops.harness.published import Published
from ops.harness.recordings import recordings
from ops.measure import document
from ops.measure.capacity import checking, limits
from ops.measure.capacity.checking import MIN_UTTERANCES
from ops.measure.capacity.service import around, fit, read
from ops.measure.capacity.speech import SEGMENTER, Talk, drawn, segmented, spoken
from ops.measure.service_times import figures, pauses
from tasks.wire.messages import ClipPart, Timeline
from tests.measure.service import SERVICE


def test_a_line_is_laid_through_what_was_measured_and_what_it_varies_by_is_drawn() -> None:
    pairs = [(float(n), 0.1 + 0.05 * n) for n in range(2, 12)]
    stage = fit([*pairs, *((speech, 1.2 * took) for speech, took in pairs)], threads=1.5)
    assert stage.typical(6.0) == pytest.approx(0.44, abs=0.001)
    assert {round(stage.draw(Random(n), 6.0), 2) for n in range(50)} == {0.4, 0.48}
    assert stage.typical(0.0) >= 0.2, "never less than the least that was seen"
    assert stage.threads == 1.5
    flat = fit([(float(n), 0.3 - 0.01 * n) for n in range(10)])
    assert flat.slope == 0.0, "longer speech never takes less"
    assert fit([(4.0, 0.2), (5.0, 0.4)]).slope == 0.0, "two are no line"
    with pytest.raises(ValueError, match="nothing"):
        fit([])


def test_what_bench_writes_is_read_and_what_it_lacks_is_named(tmp_path: Path) -> None:
    one = {"p50": 100.0, "p95": 200.0, "n": 9}
    timed = {"pairs": [[2.0, 100.0], [4.0, 100.0]], "threads": 1.5}
    often = {"every": 0.6, "certain": 0.5, "clause_every": 1.3, "piece_every": 2.5}
    language = dict.fromkeys(("hear", "end", "speak", "first_sound"), timed) | {"seconds": often}
    written = {"endpoint": one, "handover": one, "translate": timed, "pauses_a_second": 0.1}
    path, machine = tmp_path / "bench.json", {"cores": 2}

    def write(service: dict[str, Any]) -> None:
        path.write_text(json.dumps({"machine": machine, "service_ms": service}))

    write(written | {"languages": {"en": language, "pt": language}})
    service = read(path, {"speak": around(1.0, 2.0)})
    assert (service.endpoint, service.cores, service.languages["en"].every) == (0.1, 2, 0.6)
    assert {(stages.speak.base, stages.speak.threads) for stages in service.languages.values()} == {(1.0, 1.5)}
    assert "work out the end: 100 ms" in service.describe()
    assert "translated every 1.3 s, spoken every 2.5 s of speech" in service.describe()
    write(written)
    with pytest.raises(SystemExit, match=r"no times of 'languages': run `make bench`"):
        read(path)
    write(written | {"languages": {"en": language | {"hear": {"pairs": [], "threads": 1.0}}}})
    with pytest.raises(SystemExit, match="no times of 'hear'"):
        read(path)


def test_times_of_a_worker_alone_are_given_beside_the_seconds_of_speech() -> None:
    def at(end: float) -> Timeline:
        stt, translated = {"stt_start": end + 0.4, "stt_end": end + 0.5}, {"translate_start": end + 0.51}
        translated |= {"translate_end": end + 0.56, "speak_start": end + 0.6, "speak_end": end + 0.9}
        return Timeline(speech_start=96.0, speech_end=end, closed=end + 0.4, **stt, **translated)

    def clip(piece: int, end: float, *, last: bool) -> ClipPart:
        return ClipPart(
            segment="a", room="room", speaker="p", seq=0, language="pt", piece=piece, last_piece=last, part=0,
            last=False, key="k", samples=1, rate=1, engine="test", timeline=at(end),
        )  # fmt: skip

    words = [caption("room", "a", "hello", language=one, source="en", timeline=at(100.0)) for one in ("en", "pt")]
    heard = {"event": "speech.heard", "segment": "a", "language": "en", "paused": False, "final": False}
    about = {"segment": "a", "event": "actor.done", "failed": False, "language": "pt"}
    rows = [
        heard | {"seconds": 0.2, "took_ms": 2.0, "decodings": 0},
        heard | {"seconds": 0.6, "took_ms": 200.0, "decodings": 1},
        heard | {"seconds": 1.4, "took_ms": 240.0, "decodings": 1},
        heard | {"seconds": 4.2, "took_ms": 300.0, "decodings": 1, "paused": True},
        heard | {"seconds": 4.2, "took_ms": 3.0, "decodings": 0, "final": True},
        about | {"actor": "listen", "took_ms": 200, "cpu_ms": 300},
        about | {"actor": "translate", "took_ms": 50, "cpu_ms": 20},
        about | {"actor": "speak", "piece": "0", "took_ms": 800, "cpu_ms": 1_440},
        about | {"actor": "speak", "piece": "1", "took_ms": 1_000, "cpu_ms": 1_800},
        about | {"actor": "speak", "piece": "0", "took_ms": 5, "cpu_ms": 5, "segment": "one that was never heard"},
    ]
    log = "[INFO] not JSON\n" + "\n".join(map(json.dumps, rows))
    clips = [clip(0, 97.5, last=False), clip(1, 100.0, last=True)]
    found = figures(Published(captions=words, clips=clips), log)
    assert (found["endpoint"]["p50"], found["handover"]["p50"]) == (400.0, 10.0)
    assert found["translate"] == {"pairs": [[4.0, 50.0]], "threads": 1.0}
    english, portuguese = found["languages"]["en"], found["languages"]["pt"]
    assert english["hear"] == {"pairs": [[0.6, 200.0], [0.8, 240.0]], "threads": 1.5}
    assert english["end"] == {"pairs": [[2.8, 300.0]], "threads": 1.5}
    assert english["seconds"] == {"every": 0.7, "certain": 0.05, "clause_every": 4.0, "piece_every": 2.0}
    assert portuguese["first_sound"] == {"pairs": [[1.5, 300.0], [2.5, 300.0]], "threads": 1.8}
    assert portuguese["speak"] == {"pairs": [[1.5, 800], [2.5, 1_000]], "threads": 1.8}
    assert Published(clips=clips[1:]).clip_lags() == {"pt": [pytest.approx(900.0)]}


def test_pauses_within_speech_are_told_from_its_end() -> None:
    def row(segment: str, *, paused: bool, final: bool = False) -> dict[str, Any]:
        return {"segment": segment, "paused": paused, "final": final}

    rows = [
        row("a", paused=False),
        row("a", paused=True),  # and on
        row("a", paused=True),
        row("a", paused=True, final=True),
        row("b", paused=True),
    ]
    assert pauses(rows) == 1
    assert pauses([]) == 0


def test_drawn_speech_is_as_long_as_segments_are() -> None:
    turns = list(islice(drawn(Talk(utterance=20.0), SERVICE, Random(3)), 500))[1:]
    pieces = [piece for turn in turns for piece in turn.pieces]
    assert {piece.language for piece in pieces} == {"en", "pt"}
    assert max(piece.speech for piece in pieces) == SEGMENTER.stream_max
    for one in pieces:
        cut = one.speech >= SEGMENTER.stream_max
        assert one.closed - one.ended == pytest.approx(0.0 if cut else SERVICE.endpoint)
        assert list(one.pauses) == sorted(one.pauses)
        assert (one.ended + SEGMENTER.tail in one.pauses) == (not cut), "its end is worked out ahead"


def test_recordings_are_heard_as_the_bridge_hears_them() -> None:
    turn = segmented("en_fleurs_003")
    assert turn.lasts == recordings()["en_fleurs_003"].duration_s + TURN_GAP_SECONDS
    last = turn.pieces[-1]
    assert {last.language} == {"en"}
    assert 2.0 < last.speech < 5.76
    assert 0.1 < last.pauses[-1] - last.ended < 0.5
    assert 0.35 < last.closed - last.ended < 0.7


def test_calls_at_once_say_different_things_for_as_long_as_they_were_measured() -> None:
    first, second = (list(spoken(2, call, 60.0)) for call in (0, 1))
    assert first != second
    for turns in (first, second):
        assert 45.0 < sum(turn.lasts for turn in turns) <= 60.0 + TURN_GAP_SECONDS
        assert [turn.pieces[0].language for turn in turns[:4]] == ["en", "pt", "en", "pt"]


def row(ms: float, count: int, **shares: float) -> dict[str, Any]:
    lags = {name: {"p50": ms, "n": count} for name in ("source caption", "translated caption")}
    return {
        "people": 2,
        "calls": 2,
        "seconds": 60.0,
        "ladder": {"share_of_time": shares},
        "lag_ms": lags,
        "clip_ms": {"en": {"p50": ms, "n": count}, "pt": {"p50": ms, "n": count}},
        "processes": {"worker": {"cpu_percent": 70.0}, "bridge": {"cpu_percent": 20.0}},
    }


def test_the_check_judges_what_rests_on_enough_utterances() -> None:
    machine = {"cores": 2}
    few = list(checking.compare(SERVICE, {"machine": machine, "rows": [row(10_000, MIN_UTTERANCES - 1, voice=1.0)]}))
    assert checking.passes(few)
    assert "too few to tell" in checking.table(few)
    many = list(checking.compare(SERVICE, {"machine": machine, "rows": [row(10_000, MIN_UTTERANCES, voice=1.0)]}))
    assert [one.what for one in many[2:]] == ["clip in en", "clip in pt"]
    assert not checking.passes(many)
    assert "too far off" in checking.table(many)
    close = [one._replace(measured=one.simulated * 1.1) for one in many]
    assert checking.passes(close)
    assert "-9%" in checking.table(close)


def test_the_check_gives_each_call_what_it_was_given() -> None:
    assert checking.levels(row(1, 1, voice=0.5, original=0.5)) == [Level.VOICE, Level.ORIGINAL]
    four = row(1, 1, voice=0.25, translated_captions=0.25, original=0.5) | {"calls": 4}
    assert checking.levels(four) == [Level.VOICE, Level.TRANSLATED_CAPTIONS, Level.ORIGINAL, Level.ORIGINAL]
    assert checking.levels(row(1, 1, voice=0.9, original=0.1)) == [Level.VOICE, Level.VOICE]


def test_the_next_limits_come_in_order_and_with_what_was_measured(tmp_path: Path) -> None:
    known = limits.limits(tmp_path)
    assert [one.rooms[2] for one in known] == sorted(one.rooms[2] for one in known)
    assert all(rooms > 0 for one in known for rooms in one.rooms.values())
    used = [(1, 12.0), (2, 16.0), (4, 24.0)]
    rows = [{"calls": calls, "processes": {"bridge": {"cpu_percent": share}}} for calls, share in used]
    (tmp_path / "load.json").write_text(json.dumps({"rows": rows}))
    (bridge,) = (one for one in limits.limits(tmp_path) if one.part == "`bridge`")
    assert bridge.rooms[4] == pytest.approx((0.7 - 0.08) / 0.04)
    assert limits.bridge_share(rows[:1]) is None
    assert len(limits.table(known).splitlines()) == 2 + len(known)
    assert "| workers | 3,847 machines |" in limits.many(known, 3_847)


def test_a_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- nodes -->\n\nold\n\n<!-- /nodes -->\nafter\n")
    for text in ("| new \\1 |", "| newer |"):
        document.renew("nodes", text, page)
        assert page.read_text() == f"before\n<!-- nodes -->\n\n{text}\n\n<!-- /nodes -->\nafter\n"
    with pytest.raises(ValueError, match="no place for limits"):
        document.renew("limits", "", page)
