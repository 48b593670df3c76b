"""README and docs: links lead somewhere, files that are named exist, lines fit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from app.supervisor.runner import ROOT

PAGES: Final = (ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")))
LINE_LENGTH: Final = 120
_FENCE: Final = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_CODE: Final = re.compile(r"`[^`]*`")
_LINK: Final = re.compile(r"\[[^\]]*\]\((?P<to>[^)\s]+)\)|\bsrc=\"(?P<source>[^\"]+)\"")
_FILE: Final = re.compile(r"`((?:app|docs|migrations|ops|static|tasks|templates|tests)/[\w./-]+)`")
_LINK_ALONE: Final = re.compile(r"!?\[[^\]]*\]\([^)]*\)")


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return _FENCE.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub makes addresses of them."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def broken(page: Path) -> list[str]:
    """Links of a page that lead nowhere; those to other sites are not followed."""
    found = []
    for link in _LINK.finditer(_CODE.sub("", prose(page))):
        target = link["to"] or link["source"]
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        led = (page.parent / path).resolve() if path else page
        if not led.exists() or (anchor and anchor not in anchors(led)):
            found.append(target)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere_and_lines_fit(page: Path) -> None:
    assert broken(page) == []
    named = [Path(name) for name in _FILE.findall(prose(page))]
    missing = [
        str(name) for name in named if not (ROOT / name).exists() and not name.stem.isupper()
    ]  # NAME.py stands for any
    assert missing == [], "the page names files that do not exist"
    long = [
        line
        for line in prose(page).splitlines()
        if len(line) > LINE_LENGTH and not line.startswith("|") and not _LINK_ALONE.fullmatch(line.strip())
    ]
    assert long == []


def test_the_index_has_every_page() -> None:
    for index in (ROOT / "docs/README.md", ROOT / "docs/measurements/README.md"):
        linked = {(index.parent / link["to"]).resolve() for link in _LINK.finditer(index.read_text()) if link["to"]}
        pages = {page for page in index.parent.glob("*.md") if page != index}
        assert pages - linked == set()


@pytest.mark.parametrize("link", ["[there](gone.md)", "[there](page.md#gone)", '<img src="gone.webp">'])
def test_a_broken_link_is_found(tmp_path: Path, link: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Here\n[here](page.md#here), [far](https://example.org/gone.md), `[code](gone.md)`, {link}\n")
    assert len(broken(page)) == 1
