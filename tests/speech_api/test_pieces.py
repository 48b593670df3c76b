"""Cutting text, subtitles and multipart bodies. No processes, no models."""

from __future__ import annotations

import pytest

from app import subtitles
from app.speech_api.text_pieces import MESSAGE_CHARS, Lines, cut
from app.speech_api.transcription import Segment
from tasks.wire.requests import PIECE_CHARS


@pytest.mark.parametrize(
    "text",
    ["", "One.", "One. Two.\n\n  Three?\n", "word " * 900, "x" * 5_000, "A sentence. " * 400 + "\n" + "Ein Satz. " * 9],
)
def test_every_word_of_a_text_is_in_a_piece(text: str) -> None:
    lines = Lines([text, "other"], "en")
    lots = list(lines.messages())
    assert [piece for lot in lots for piece in lot] == lines.pieces
    assert all(len(piece) <= PIECE_CHARS + 10 for piece in lines.pieces)
    assert all(sum(map(len, lot)) <= MESSAGE_CHARS for lot in lots)
    joined, other = lines.joined(lines.pieces)
    assert other == "other"
    assert joined.count("\n") == text.count("\n")
    assert "".join(joined.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "    - item\n\t* sub",
        "a\r\nb\r\n",
        "  Hi.   You  ",
        "1. First one. Second.\n2) Other\n> quoted text\n>> twice",
        "name\tcity\tage",
        "One.  Two.\u00a0Three.",
        "\n\n\nabc\n \n",
        "a    b",
        "# Title\n\n* one\n  + two\n    - three",
        "old mac\rline\rends",
        "a\u2028b\x0bc",
        "🌷 5. {x} Yes 🌷. No?",
        "See https://example.org/" + "ab" * 600 + " for it. Bye.",
    ],
)
def test_what_is_no_word_stays_where_it_was(text: str) -> None:
    lines = Lines([text], "en")
    assert lines.joined(lines.pieces) == [text]
    assert all(any(letter.isalpha() for letter in piece) for piece in lines.pieces)
    assert all(piece == piece.strip() and not set(piece) & set("\n\r\t") for piece in lines.pieces)


def test_a_long_address_is_not_sent() -> None:
    assert Lines(["See https://example.org/" + "ab" * 600 + " for it."], "en").pieces == ["See", "for it."]


def test_sentences_stay_whole() -> None:
    assert cut("One two. Three four. Five six.", "en", 22) == ["One two. Three four.", "Five six."]


def test_subtitles() -> None:
    long = "this is a long sentence that goes on and on until it no longer fits on two lines, and then some more of it"
    segments = [
        Segment(0.5, 2.0, "Tea & <biscuits>", "en", 0.9, "e", None),
        Segment(3_600.25, 3_606.25, long, "en", 0.9, "e", None),
    ]
    assert subtitles.srt(segments[:1]) == "1\n00:00:00,500 --> 00:00:02,000\nTea & \u2039biscuits\u203a\n\n"
    vtt = subtitles.vtt(segments)
    assert vtt.startswith("WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nTea &amp; &lt;biscuits&gt;\n\n01:00:00.250 --> ")
    cues = list(subtitles.cues(segments))
    assert len(cues) == 3
    assert cues[1].end == cues[2].start
    assert cues[2].end == pytest.approx(3_606.25)
