"""Order, codes, languages and lines: the parts without a server."""

from __future__ import annotations

import pytest

from app.captions import event_ids, lag
from app.captions.lines import Lines
from app.captions.published import PublishedCaption
from app.i18n.accept_language import preferred
from app.rooms.codes import new_code, read_code
from app.rooms.forms import clean
from ops.harness.captions import caption
from tasks.wire.messages import Timeline


def test_padded_ids_sort_as_the_stream_does() -> None:
    ids = ["999-2", "999-10", "1700000000000-0", "1700000000000-3", "1700000000000-12"]
    assert sorted(map(event_ids.padded, ids)) == [event_ids.padded(stream_id) for stream_id in ids]
    assert [event_ids.stream_id(event_ids.padded(stream_id)) for stream_id in ids] == ids
    assert event_ids.padded("") == event_ids.padded("0") < event_ids.padded("0-1")
    for wrong in ("1", "a-b", "1-", "-1-1", "1-1\n", "9" * 30 + "-1"):
        with pytest.raises(ValueError, match="not a caption id"):
            event_ids.padded(wrong)


def test_an_interim_never_undoes_its_final() -> None:
    lines = Lines("pt", 0.0)
    assert lines.add(PublishedCaption("", caption("r", "s", "hel", final=False), 0.1), "A")
    assert lines.add(PublishedCaption("", caption("r", "s", "hello"), 0.1), "A")
    assert lines.add(PublishedCaption("", caption("r", "s", "hell", final=False), 0.1), "A") is None
    assert lines.add(PublishedCaption("", caption("r", "s", "", final=False), 0.1), "A") is None
    assert [line.source.caption.text for line in lines.visible if line.source] == ["hello"]


def test_a_line_that_was_taken_back_is_not_shown() -> None:
    lines = Lines("pt", 0.0)
    lines.add(PublishedCaption("", caption("r", "s", "hm", final=False), 0.1), "A")
    lines.add(PublishedCaption("", caption("r", "s", "", final=False), 0.1), "A")
    assert lines.visible == []


def test_line_times_count_from_the_start_of_the_room() -> None:
    spoken = caption("r", "s", "hello")
    line = Lines("en", spoken.timeline.speech_start - 3_725).add(PublishedCaption("", spoken, 0.1), "A")
    assert line
    assert line.clock == "1:02:05"


def test_stages_are_those_that_happened_and_never_negative() -> None:
    timeline = Timeline(speech_start=1.0, speech_end=2.0, closed=2.5, stt_start=2.4, stt_end=2.7)
    assert lag.stages(timeline) == pytest.approx({"endpoint": 0.5, "queue": 0.0, "stt": 0.3})


def test_codes_are_read_as_people_type_them() -> None:
    code = new_code()
    for typed in (code, code.upper(), f"  {code.replace('-', ' ')} ", f"https://x.example/rooms/{code}/call?a=b"):
        assert read_code(typed) == code
    for typed in ("", code[:-1], code + "a", "l" * 12, "../" + code, "%00"):
        assert read_code(typed) is None


def test_names_keep_their_letters_and_lose_what_is_invisible() -> None:
    assert clean("  Nguyễn\u202e\x00\t Ánh ", 60) == "Nguyễn Ánh"
    assert len(clean("x" * 1_000_000, 60)) == 61
    assert clean(b"x", 60) == ""


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("fr;q=1, VI;q=0.5, en;q=0.4", "vi"),
        ("*;q=0.5, de", "en"),
        ("pt;q=abc, vi;q=0.1", "vi"),
        ("pt;q=0", "en"),
        ("", "en"),
    ],
)
def test_the_browsers_wish_is_read(header: str, language: str) -> None:
    assert preferred(header, {"en", "pt", "vi"}, "en") == language
