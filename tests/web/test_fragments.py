"""Fragments that many readers share, and those that they must not."""

from __future__ import annotations

import msgspec

from app.captions.event_ids import Life, event_id
from app.captions.feed_json import as_json
from app.captions.fragments import Fragments
from app.captions.lines import Line, Lines
from app.captions.published import PublishedCaption
from app.i18n import use
from app.web.assets import Assets
from app.web.templates import create_environment
from ops.harness.captions import caption
from tasks.wire.messages import Timeline


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


def test_programs_get_the_fields_of_a_caption_in_their_order() -> None:
    timeline = Timeline(speech_start=1.5, speech_end=3.0, closed=3.4, stt_start=3.5, stt_end=3.75)
    final = caption("room", "s1", 'He said "Olá".', speaker="ana", seq=4, timeline=timeline)
    interim = msgspec.structs.replace(final, text="", final=False)
    beginning = '"segment":"s1","seq":4,"speaker":{"id":"ana","name":"Ana"},"language":"en","source_language":"en",'
    end = (
        '"engine":"test","draft":false,"corrected":false,"typed":false,"interpreter":false,"spoken":null,"spoken_at":1.5,"lag_ms":750,'
        '"stages_ms":{"endpoint":400,"queue":100,"stt":250}}'
    )
    published = PublishedCaption(event_id("1-2", Life(3, "0a1b2c3d")), final, 0.75)
    assert (
        as_json(published, "Ana") == f'{{"id":"1-2-0a1b2c3d",{beginning}"text":"He said \\"Olá\\".","final":true,{end}'
    )
    shown = as_json(PublishedCaption("", interim, 0.75), "Ana")
    assert shown == f'{{"id":null,{beginning}"text":"","final":false,{end}'


def test_who_speaks_another_language_than_is_set_is_told_from_who_says_nothing() -> None:
    fragments = Fragments(create_environment(Assets()))
    use("en")
    lines = Lines("en", 0.0)
    empty = msgspec.structs.replace(caption("room", "s1", "", language="vi"), final=False, source_language="vi")
    line = lines.add(PublishedCaption("", msgspec.structs.replace(empty, spoken="en"), 0.5), "Lan")
    assert isinstance(line, Line)
    assert "Speaks English, but is set to Vietnamese: no captions" in fragments.utterance(lines, line)
    assert lines.visible == [line]
    lines.add(PublishedCaption("", empty, 0.5), "Lan")
    assert lines.visible == []


def test_what_was_typed_is_marked_once_and_its_addresses_are_links_in_both_languages() -> None:
    fragments = Fragments(create_environment(Assets()))
    use("en")
    said = caption("room", "s1", "Look: <b>https://example.org/a?b=1&c=2</b>.")
    typed = msgspec.structs.replace(said, typed=True)
    translated = msgspec.structs.replace(typed, language="pt", text="Veja: https://example.org/a?b=1&c=2.")
    lines = Lines("pt", 0.0)
    lines.add(PublishedCaption("1", typed, 0.1), "Ana")
    line = lines.add(PublishedCaption("2", translated, 0.2), "Ana")
    assert isinstance(line, Line)
    shown = fragments.utterance(lines, line)
    assert shown.count('<span class="typed">typed</span>') == 1
    link = (
        '<a href="https://example.org/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow">'
        "https://example.org/a?b=1&amp;c=2</a>"
    )
    assert f"Look: &lt;b&gt;{link}&lt;/b&gt;." in shown
    assert f"Veja: {link}." in shown
    use("vi")
    assert '<span class="typed">gõ chữ</span>' in fragments.utterance(lines, line)
    use("en")
    lines = Lines("en", 0.0)
    line = lines.add(PublishedCaption("1", said, 0.1), "Ana")
    assert isinstance(line, Line)
    assert "<a " not in fragments.utterance(lines, line), "what is recognised has no links"
    assert "typed" not in fragments.utterance(lines, line)
