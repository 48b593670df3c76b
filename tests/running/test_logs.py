"""What processes write about themselves must not let anybody into a room."""

from __future__ import annotations

from typing import Any

from app.logs import room_digest


def test_a_rooms_code_is_written_as_a_digest_of_it() -> None:
    event: dict[str, Any] = {"event": "hello", "room": "kqzp-7wma-x3td"}
    assert room_digest(None, "info", event)["room"] == "2fcd77c8"
