"""Feeds leave connections to pages: what the Procfile lets web have, and what feeds may take of it."""

from __future__ import annotations

import re

import pytest
from honcho.environ import parse_procfile

from app.captions.feed_limits import MOST_FEEDS, FeedLimits
from ops.harness.web_server import ROOT


@pytest.mark.parametrize("asked", ["0", "100000"])
def test_feeds_leave_a_thousand_connections_to_pages(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDS_TOTAL", asked)
    found = re.search(r"--backpressure (\d+)", parse_procfile((ROOT / "Procfile").read_text()).processes["web"])
    assert found is not None
    assert FeedLimits().total == MOST_FEEDS
    assert int(found[1]) >= MOST_FEEDS + 1_000
