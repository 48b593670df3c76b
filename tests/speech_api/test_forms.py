"""Fields of a form as the libraries of clients send them."""

from __future__ import annotations

import pytest

from app.speech_api.upload import Form

WAYS = (
    {"parts": ["word", "segment"]},
    {"parts[]": ["word", "segment"]},
    {"parts[0]": ["word"], "parts[1]": ["segment"]},
    {"parts": ["word"], "parts[]": ["segment"]},
    {"parts[]": ["word", "segment"], "partsof": ["x"], "part": ["y"], "parts[a]": ["z"]},
)


@pytest.mark.parametrize("fields", WAYS)
def test_a_list_is_one_however_it_is_written(fields: dict[str, list[str]]) -> None:
    assert Form(fields).many("parts") == ["word", "segment"]


@pytest.mark.parametrize(
    ("fields", "value"),
    [({}, "json"), ({"format": [""]}, "json"), ({"format": ["text"]}, "text"), ({"format": ["srt", "vtt"]}, "vtt")],
)
def test_an_empty_field_is_as_good_as_none(fields: dict[str, list[str]], value: str) -> None:
    assert Form(fields).one("format", "json") == value
