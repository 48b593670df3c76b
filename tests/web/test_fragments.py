"""Fragments that many readers share, and those that they must not."""

from __future__ import annotations

import msgspec

from app.captions.fragments import Fragments
from app.captions.lines import Line, Lines
from app.captions.published import PublishedCaption
from app.i18n import use
from app.web.assets import Assets
from app.web.templates import create_environment
from ops.harness.captions import caption


def test_readers_share_a_fragment_only_where_all_that_it_shows_is_the_same() -> None:
    fragments = Fragments(create_environment(Assets()))
    source = caption("room", "s1", "Good morning.")
    draft = msgspec.structs.replace(
        source, text="Bom dia.", language="pt", draft=True, timeline=caption("room", "s1", "").timeline
    )

    def shown(lag: float, *, interface: str = "en", language: str = "pt", speaker: str = "Ana") -> str:
        use(interface)
        lines = Lines(language, 0.0)
        lines.add(PublishedCaption("1", source, lag), speaker)
        line = lines.add(PublishedCaption("2", draft, lag), speaker)
        assert isinstance(line, Line)
        return fragments.utterance(lines, line)

    first = shown(0.5)
    assert shown(0.5) is first, "rendered once"
    others = {shown(0.6), shown(0.5, interface="pt"), shown(0.5, language="vi"), shown(0.5, speaker="Bia")}
    assert len(others | {first}) == 5
    assert "rascunho" in shown(0.5, interface="pt")
    use("en")
