"""Links in typed text: http and https alone, whatever else stands there."""

from __future__ import annotations

import re
from functools import partial
from html import unescape

import pytest

from app.linked import linked
from app.transcripts.search import marked

HREF = re.compile(r'<a href="([^"]*)" target="_blank" rel="noopener noreferrer nofollow">([^<]*)</a>')


def links(text: str) -> list[str]:
    """Where the links in `text` lead; each shows where it does, and nothing else is markup."""
    html = str(linked(text))
    found = HREF.findall(html)
    assert all(href == shown for href, shown in found)
    rest = HREF.sub(lambda match: match[2], html)
    assert unescape(rest) == text
    assert not re.search(r"<|>|\"|'", rest)
    return [unescape(href) for href, _ in found]


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("no link", []),
        ("https://example.org", ["https://example.org"]),
        ("(see http://example.org/a_(b), or HTTPS://x.example/ã?q=1#c!)", ["http://example.org/a_(b)", "HTTPS://x.example/ã?q=1#c"]),
        ("“https://example.org/”…", ["https://example.org/"]),
        ("http://[::1]:8000/x and http://localhost:8000", ["http://[::1]:8000/x", "http://localhost:8000"]),
        ("javascript:alert(1) ftp://example.org data:text/html,x www.example.org a@example.org", []),
        ("xhttps://example.org http:// https://.", []),
        ('https://example.org/"onmouseover="alert(1)', ["https://example.org/"]),
        ("<a href='https://example.org/'>x</a> <script>alert(1)</script>", ["https://example.org/"]),
        ("https://example.org/<img/src=x>", ["https://example.org/"]),
        ("https://a.example&quot;https://b.example", ["https://a.example&quot;https://b.example"]),
    ],
)  # fmt: skip
def test_only_addresses_become_links_and_everything_else_is_text(text: str, leads: list[str]) -> None:
    assert links(text) == leads


def test_words_that_are_looked_for_are_marked_within_links_too() -> None:
    html = linked("Org: https://example.org.", partial(marked, words="org"))
    assert html == (
        "<mark>Org</mark>: "
        '<a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">https://example.<mark>org</mark></a>.'
    )


def test_a_long_line_of_brackets_is_looked_through_at_once() -> None:
    assert links("https://" + ")" * 2_000) == []
