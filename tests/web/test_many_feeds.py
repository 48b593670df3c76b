"""Feeds leave connections to pages: what web lets in, and what feeds may take of it."""

from __future__ import annotations

import pytest

from app.captions.feed_limits import MAX_FEEDS, FeedLimits
from app.web.__main__ import MAX_CONNECTIONS


@pytest.mark.parametrize("asked", ["0", "100000"])
def test_feeds_leave_a_thousand_connections_to_pages(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDS_TOTAL", asked)
    assert FeedLimits().total == MAX_FEEDS
    assert MAX_CONNECTIONS >= MAX_FEEDS + 1_000
