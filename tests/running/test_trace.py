"""What `jbcalling trace` finds in logs."""

from __future__ import annotations

import json

from app.commands.trace import from_logs


def line(segment: str, event: str) -> str:
    """One line of a process's log."""
    return json.dumps(
        {"process": "bridge", "segment": segment, "event": event, "timestamp": "2026-11-30T16:00:00+00:00"}
    )


def test_a_later_sentence_is_followed_from_where_its_segment_closed() -> None:
    lines = [
        line("a-1", "segment.closed"),
        line("a-1", "clip.heard"),
        line("a-1.2", "clip.heard"),
        line("a-1.1", "clip.heard"),
        line("a-12", "segment.closed"),
        "a-1 but no JSON",
    ]
    assert [step.what for step in from_logs(lines, "a-1.2")] == ["segment.closed", "clip.heard"]
    assert [step.what for step in from_logs(lines, "a-1")] == ["segment.closed", "clip.heard"]
    assert list(from_logs(lines, "a-2")) == []
