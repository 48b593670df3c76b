"""Subtitles as players read them: all that was said is seen."""

from __future__ import annotations

import io
import re

import av
import pytest

from app import subtitles
from app.subtitles import Utterance

SAID = (
    r"List<String> a --> b {\an8} <i>x",
    "<b>bold</b> and <font color=red>red</font>",
    "if a < b and c > d then",
    "Map<String, List<Int>> inside",
    r"C:\Novo\home\new",
    "{Y:i}MicroDVD {c:$0000ff} colours",
    r"{\pos(1,2)} here {\b1}",
    "00:00:01,000 --> 00:00:02,000",
    "one\n\ntwo\r\n\r\n3",
    "<script>alert(1)</script>",
    "a && b &lt; &amp; &nbsp;",
    "<v Roger>Hi <00:00:01.000>there <c.red>now</c>",
    "unclosed <i and {brace",
    "closing only </i> } >",
    "x <3 y <- z => w",
    "<!-- no comment --> <?php ?>",
    "a\x00b\x1bc\u2028d\u0085e",
    "1",
    "NOTE nothing",
    "WEBVTT and STYLE",
    r"\{ \} \\ \h",
    "<ruby>漢<rt>かん</rt></ruby> 👨\u200d👩\u200d👧 \u0645\u06cc\u200c\u062e\u0648",
)


def shown(file: str, form: str) -> list[str]:
    """What a player shows of each cue: FFmpeg's decoder, then what renderers of its output leave out."""
    with av.open(io.BytesIO(file.encode()), "r", format=form) as container:
        decoded = [item for packet in container.demux(container.streams[0]) for item in packet.decode()]
    found = []
    for item in decoded:
        text = item.ass.decode().split(",", 8)[8]  # type: ignore[union-attr]
        text = re.sub(r"\\\{", "\x01", text)  # an escaped brace is a brace
        text = re.sub(r"\{[^}]*\}", "", text)
        text = text.replace(r"\N", "\n").replace(r"\n", " ").replace(r"\h", " ")
        found.append(text.replace("\x01", "{"))
    return found


def bare(text: str) -> str:
    """Letters and digits, and signs in the form that subtitles may give them."""
    same = str.maketrans({"\u2039": "<", "\u203a": ">", "(": "{", ")": "}", "\u2060": "", "→": ">", "\xa0": " "})
    text = re.sub(r"-+>", ">", text.translate(same))
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028]+", "", text)


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize(("form", "make"), [("srt", subtitles.srt), ("webvtt", subtitles.vtt)])
def test_players_show_all_that_was_said(form: str, make: type, said: str) -> None:
    lines = [
        Utterance(0.0, 2.0, said, "en", "Ana <b>{x}"),
        Utterance(2.0, 4.0, "What follows.", "en", "", said, "pt"),
        Utterance(4.0, 6.0, "The end.", "en"),
    ]
    texts = [bare(text) for text in shown(make(lines), form)]
    assert texts[-1] == bare("The end.")
    assert bare(said) in "".join(texts[:-1])
    together = "".join(texts)
    assert together.count(bare(said)) >= 2 or len(said) == 1
    if form == "srt":
        assert together.startswith(bare("Ana <b>{x}:"))


SHORT = (
    ((0.0, 0.3, "Yes."), (10.0, 12.0, "And then?")),
    ((0.0, 0.3, "Yes."), (0.5, 2.0, "And then?")),
    ((0.0, 0.0, "No time at all."), (5.0, 6.0, "Later.")),
    ((2.0, 1.5, "Ends before it begins."), (5.0, 6.0, "Later.")),
    ((0.0, 4.0, "Well. The rest of what I had to say about it is longer. But it fits."), (4.0, 6.0, "Later.")),
    ((0.0, 4.0, "All that I had to say about this was said, and it was not short. Right?"), (4.0, 6.0, "Later.")),
    ((0.0, 1.2, "One. Two. Three. Four. Five. Six."), (1.2, 3.0, "Seven.")),
    ((0.0, 0.9, "x" * 300), (0.9, 3.0, "A word without end.")),
    ((1.0, 1.2, "Both at once."), (1.0, 1.3, "Both at once.")),
    ((3599.7, 3600.0, "On the hour."), (3700.0, 3701.0, "Past it.")),
    ((0.0, 3.0, "好。这是一个很长的句子。需要一些时间才能读完。对。"), (9.0, 9.2, "好。")),
    ((0.0, 0.5, "Sim. Não. Talvez. " * 12), (20.0, 21.0, "Fim.")),
)


@pytest.mark.parametrize("said", SHORT)
@pytest.mark.parametrize("translated", [False, True])
def test_no_subtitle_is_gone_before_it_is_read(said: tuple[tuple[float, float, str], ...], *, translated: bool) -> None:
    lines = [Utterance(start, end, text, "en", "Ana", text if translated else "", "en") for start, end, text in said]
    cues = list(subtitles.cues(lines))
    for cue, following in zip(cues, [*cues[1:], None], strict=True):
        until = following.start if following and following.start > cue.start else cue.start + subtitles.LEAST_SECONDS
        assert cue.end - cue.start >= min(subtitles.LEAST_SECONDS, until - cue.start)
        assert len(cue.text) <= subtitles.MAX_CHARACTERS or " " not in cue.text
    assert bare("".join(cue.text for cue in cues)) == bare("".join(text for _, _, text in said))
    if translated:
        assert bare("".join(cue.below for cue in cues)) == bare("".join(text for _, _, text in said))


LONG = "All that I had to say about this was said, and it was not short at all, as you know. " * 3


@pytest.mark.parametrize(
    "spans",
    [
        ((0.0, 20.0, LONG), (5.0, 6.0, "Yes.")),
        ((0.0, 20.0, LONG), (1.0, 18.0, LONG), (9.0, 9.5, "No.")),
        ((0.0, 20.0, LONG), (0.0, 20.0, LONG)),
        ((3.0, 9.0, LONG), (3.5, 4.0, "So?"), (8.0, 30.0, LONG)),
        ((0.0, 5.0, LONG), (5.0, 9.0, "Then."), (2.0, 4.0, "Late to come.")),
    ],
)
def test_cues_begin_one_after_the_other_where_people_speak_at_once(spans: tuple[tuple[float, float, str], ...]) -> None:
    lines = [Utterance(start, end, text, "en", f"P{at}") for at, (start, end, text) in enumerate(spans)]
    cues = list(subtitles.cues(lines))
    starts = [cue.start for cue in cues]
    assert starts == sorted(starts)
    assert all(cue.end > cue.start for cue in cues)
    for at, (_, _, text) in enumerate(spans):
        assert bare("".join(cue.text for cue in cues if cue.voice == f"P{at}")) == bare(text)
    file = subtitles.vtt(lines)
    assert [line[:12] for line in file.splitlines() if " --> " in line] == sorted(
        line[:12] for line in file.splitlines() if " --> " in line
    )


def test_a_word_before_a_sentence_is_shown_with_it() -> None:
    first, second = subtitles.cues(
        [Utterance(0.0, 4.0, SHORT[4][0][2] + " And so on and so forth, as people do.", "en")]
    )
    assert first.text.startswith("Well. The rest of what I had to say")
    assert second.end == pytest.approx(4.0)
