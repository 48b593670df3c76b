"""Order, codes, languages and lines: the parts without a server."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from app.captions import event_ids, lag
from app.captions.event_ids import Life
from app.captions.lines import Line, Lines
from app.captions.published import PublishedCaption
from app.i18n.accept_language import preferred
from app.rooms.codes import new_code, read_code
from ops.harness.captions import caption
from tasks.wire.messages import Timeline


def test_event_ids_sort_as_the_stream_does_and_lives_before_all() -> None:
    ids = ["999-2", "999-10", "1700000000000-0", "1700000000000-3", "1700000000000-12"]
    lives = [event_ids.UNNAMED, Life(2, "ffffffff"), Life(10, "00000000")]
    ordered = [event_ids.event_id(stream_id, life) for life in lives for stream_id in ids]
    assert sorted(ordered) == ordered
    assert [event_ids.stream_id(event_id) for event_id in ordered] == ids * 3
    assert event_ids.event_id("0-1") > event_ids.START


def test_readers_name_positions_as_they_were_told() -> None:
    for life, shown in ((event_ids.UNNAMED, "1700000000000-3"), (Life(7, "0a1b2c3d"), "1700000000000-3-0a1b2c3d")):
        assert event_ids.shown(event_ids.event_id("1700000000000-3", life)) == shown
        assert event_ids.parsed(shown) == ("1700000000000-3", life.name)
    assert event_ids.parsed("") is event_ids.parsed("0") is None
    wrong_life = ("1-1-", "1-1-0a1b2c3", "1-1-0A1B2C3D", "1-1-0a1b2c3d-")
    for wrong in ("1", "a-b", "1-", "-1-1", "1-1\n", "9" * 30 + "-1", *wrong_life):
        with pytest.raises(ValueError, match="not a caption id"):
            event_ids.parsed(wrong)


@pytest.mark.parametrize(
    ("seconds", "clock"),
    [
        (-3.0, "00:00"), (0.0, "00:00"), (9.99, "00:09"), (60.0, "01:00"), (599.0, "09:59"), (3599.9, "59:59"),
        (3600.0, "1:00:00"), (36_000.0, "10:00:00"), (86_399.0, "23:59:59"), (86_400.0, "24:00:00"),
        (90_061.0, "25:01:01"), (604_862.0, "168:01:02"),
    ],
)  # fmt: skip
def test_a_clock_counts_hours_however_many(seconds: float, clock: str) -> None:
    """A room may be used again a week later; "7 days" would be English in every language."""
    said = PublishedCaption("", caption("r", "s", "hello"), 0.1)
    assert Line("s", "A", said.timeline.speech_start - seconds, said).clock == clock


def test_an_interim_never_undoes_its_final() -> None:
    lines = Lines("pt", 0.0)
    assert lines.add(PublishedCaption("", caption("r", "s", "hel", final=False), 0.1), "A")
    assert lines.add(PublishedCaption("", caption("r", "s", "hello"), 0.1), "A")
    assert lines.add(PublishedCaption("", caption("r", "s", "hell", final=False), 0.1), "A") is None
    assert lines.add(PublishedCaption("", caption("r", "s", "", final=False), 0.1), "A") is None
    assert [line.source.caption.text for line in lines.visible if line.source] == ["hello"]


def test_what_grows_never_shrinks_except_for_another_language() -> None:
    lines = Lines("pt", 0.0)
    twice = PublishedCaption("", caption("r", "t", "o", language="pt", final=False), 0.1)
    assert lines.add(twice, "A")
    assert lines.add(twice, "A") is None

    def add(text: str, **more: Any) -> bool:  # noqa: ANN401
        item = structs.replace(caption("r", "s", text, language="pt", final=False), **more)
        return lines.add(PublishedCaption("", item, 0.1), "A") is not None

    assert add("o navio parte")
    assert add("o navio parte amanhã,")
    assert not add("o navio parte"), "it comes late"
    assert not add("o navio - parte ...", final=False), "punctuation is no word"
    assert add("O navio parte amanhã"), "as long: another spelling"
    assert add("", spoken="en")
    assert add("o"), "it was that language after all"
    assert add("o navio.", final=True)
    assert not add("o navio parte amanhã às nove")
    assert add("o barco", final=True, corrected=True)


def test_translations_give_way_with_what_was_taken_for_another_language() -> None:
    lines = Lines("pt", 0.0)
    said = caption("r", "s", "hell o", final=False)
    translated = caption("r", "s", "inferno", language="pt", final=False)
    lines.add(PublishedCaption("", said, 0.1), "A")
    line = lines.add(PublishedCaption("", translated, 0.1), "A")
    assert line
    assert line.translation
    line = lines.add(PublishedCaption("", structs.replace(said, text="", spoken="vi"), 0.1), "A")
    assert line
    assert line.translation is None
    assert lines.add(PublishedCaption("", structs.replace(translated, text="inferno o"), 0.1), "A") is None
    assert [shown.translation for shown in lines.visible] == [None]


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
    said = caption("r", "s", "hello", timeline=timeline)
    assert lag.stages(said) == pytest.approx({"endpoint": 0.5, "queue": 0.0, "stt": 0.3})
    typed = Timeline(speech_start=2.0, speech_end=2.0, closed=2.0, translate_start=2.1, translate_end=2.3)
    read = structs.replace(said, timeline=typed, typed=True)
    assert lag.stages(read) == pytest.approx({"translate_queue": 0.1, "translate": 0.2}), "nothing to be recognised"


def test_codes_are_read_as_people_type_them() -> None:
    code = new_code()
    link = f"https://x.example/rooms/{code}"
    for typed in (code, code.upper(), f"  {code.replace('-', ' ')} ", f"{link}/call?a=b", f"{link}/", f"{link}?a=b"):
        assert read_code(typed) == code
    for typed in (
        f"{link}.",
        f"<{link}>",
        f"({link})",
        f"{link}#captions",
        f"{code}.",
        f"\u201c{code}\u201d",
        f"{code},",
    ):
        assert read_code(typed) == code
    for dash in ("", "\u2011", "\u2013", "\u2014", "_", ".", " - ", "\u200b-", "\u00a0"):
        assert read_code(code.replace("-", dash)) == code
    wide = code.translate({place: place + 0xFEE0 for place in range(0x21, 0x7F)})
    other = code[5:] + "-" + code[:4]
    for typed in (
        f"Join: {link} or call us",
        f"Ana invites you.\r\nCode: {code.upper()}\r\nTime: 10:30",
        f"Code {code.replace('-', chr(0x2011))}, at ten",
        wide,
        wide.upper(),
        link.replace(":", "%3A").replace("/", "%2F"),
        f"see https://x.example/help and then {link}?lang=pt",
        f"*{code}* is the code",
        f"código: {code}!",
        f"{'x' * 600} {code}",
    ):
        assert read_code(typed) == code
    for typed in (f"{code} or {other}", f"the code is {code[:-1]}", f"a{code}", f"{code}-{code[:4]}"):
        assert read_code(typed) is None
    for typed in ("", code[:-1], code + "a", "l" * 12, "%00", f"{code} {code}", "https://x.example/rooms/"):
        assert read_code(typed) is None


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
