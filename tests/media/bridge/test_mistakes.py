"""What was said at a shared microphone and taken for another language."""

from __future__ import annotations

from dataclasses import replace as changed
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from msgspec.structs import replace

from app.auth.tokens import Mistaken, ParticipantMeta
from app.media.audio.config import SegmenterConfig
from app.media.bridge.config import PlayoutConfig
from app.media.bridge.director import Director
from app.media.bridge.floor import Floor
from app.media.bridge.mistakes import KEPT, KEPT_SECONDS, MOST_LEANING, Mistakes
from app.media.bridge.speakers import Speaker
from app.media.policy.ladder import Level
from app.media.policy.room import Room
from ops.harness.pipeline import segments
from ops.harness.recordings import recordings, to_int16
from tasks.wire.messages import Segment
from tests.tasks.messages import segment

TABLE = ParticipantMeta(name="Table", speak="en", among=["en", "pt"], between=["en", "pt"], read="en", hear="original")


def test_the_newest_utterances_are_kept_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(monotonic=lambda: 100.0)
    monkeypatch.setattr("app.media.bridge.mistakes.time", clock)
    mistakes = Mistakes(None)
    for number in range(KEPT + 1):
        mistakes.keep(segment(f"s-{number}"), b"%d" % number)
    assert mistakes.put_right(Mistaken("s-0", "pt")) is None, "it is too long ago"
    found = mistakes.put_right(Mistaken("s-1", "pt"))
    assert found is not None
    assert (found[0].id, found[1]) == ("s-1", b"1")
    assert mistakes.put_right(Mistaken("s-1", "pt")) is None, "once"
    clock.monotonic = lambda: 101.0 + KEPT_SECONDS
    mistakes.keep(segment("s-9"), b"9")
    assert mistakes.put_right(Mistaken("s-2", "pt")) is None
    clock.monotonic = lambda: 101.5 + 2 * KEPT_SECONDS
    assert mistakes.put_right(Mistaken("s-9", "pt")) is None, "also where nobody has spoken since"


def test_a_talk_learns_and_the_next_one_begins_anew() -> None:
    mistakes = Mistakes(Mistaken("before", "pt"))
    assert mistakes.put_right(Mistaken("before", "pt")) is None
    assert mistakes.leaning == {}, "a bridge that takes over knows of it only that it is done"
    for number in range(MOST_LEANING + 2):
        mistakes.put_right(Mistaken(f"s-{number}", "pt"))
    assert mistakes.leaning == {"pt": MOST_LEANING}
    mistakes.put_right(Mistaken("t", "en"))
    assert mistakes.leaning == {"pt": MOST_LEANING - 1, "en": 1}
    mistakes.keep(segment("u"), b"u")
    mistakes.put_right(None)
    assert mistakes.leaning == {}
    assert mistakes.put_right(Mistaken("u", "pt")) is None


class Outbox:
    """Takes what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[Segment, bytes, str | None]] = []

    def put(self, segment: Segment, pcm: bytes, _offset: int = 0, *, owner: str | None = None) -> None:
        if segment.final:
            self.sent.append((segment, pcm, owner))


def at_table(meta: ParticipantMeta) -> tuple[Room, Speaker, Outbox, list[Segment]]:
    """Somebody's voice in a room, what it sends, and what has closed."""
    room = Room("r", {"table": meta})
    finals: list[Segment] = []
    director = SimpleNamespace(
        on_dropped=lambda _segment: None,
        floor=Floor(),
        on_open=lambda _segment: None,
        speaks=lambda _room, _speaker, _dub: True,
        admitted=lambda _room: Level.VOICE,
        speech=SimpleNamespace(hear=lambda _room: None),
    )
    director.languages = partial(Director.languages, cast("Any", director))
    services = SimpleNamespace(
        config=SimpleNamespace(segmenter=SegmenterConfig(), playout=PlayoutConfig()),
        listeners=SimpleNamespace(hear=lambda _language: True, choose=lambda _segment: "worker"),
        bridge="b",
        **dict.fromkeys(("redis", "send", "metrics", "sfu")),
    )
    producer = SimpleNamespace(participant="table", producer_id="p")
    parts: list[Any] = [services, room, producer, 0, finals.append, director]
    speaker, outbox = Speaker(*parts), Outbox()
    speaker._outbox = cast("Any", outbox)
    return room, speaker, outbox, finals


def test_what_is_put_right_goes_to_the_workers_once_more() -> None:
    room, speaker, outbox, finals = at_table(TABLE)
    (said,) = segments(to_int16(recordings()["pt_fleurs_001"].samples()))[:1]
    speaker._put(said)
    speaker._segmenter.seq = 1
    speaker._receive([])
    ((first, pcm, owner),) = outbox.sent
    assert (first.among, first.language, first.hear, first.read) == (["en", "pt"], "en", ["en", "pt"], ["en", "pt"])
    assert owner is None, "whose language is not known is heard as a whole"
    assert np.frombuffer(pcm, "<i2").size == first.samples

    room.people["table"] = replace(TABLE, mistaken=Mistaken(first.id, "pt"))
    speaker._receive([])
    speaker._receive([])
    _, (again, same, owner) = outbox.sent
    assert (again.id != first.id, again.seq, same, owner) == (True, 1, pcm, None)
    assert (again.among, again.language, again.hear, again.read) == ([], "pt", ["en"], ["en"])
    assert again.timeline.speech_end > first.timeline.speech_end, "it is not too late to be spoken"
    assert [one.seq for one in finals] == [0, 1]
    speaker._put(changed(said, seq=2))
    assert outbox.sent[-1][0].leaning == {"pt": 1}


def test_of_a_call_in_which_nobody_can_put_it_right_no_sound_is_kept() -> None:
    room, speaker, outbox, _ = at_table(replace(TABLE, between=[]))
    (said,) = segments(to_int16(recordings()["pt_fleurs_001"].samples()))[:1]
    speaker._put(said)
    speaker._segmenter.seq = 1
    ((first, *_),) = outbox.sent
    room.people["table"] = replace(TABLE, between=[], mistaken=Mistaken(first.id, "pt"))
    speaker._receive([])
    assert len(outbox.sent) == 1
