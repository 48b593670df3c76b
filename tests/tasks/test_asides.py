"""What translators put into brackets that nobody has said."""

from __future__ import annotations

import pytest

from tasks.engines.translation.sentence_by_sentence import without_asides
from tests.support.translators import bergamot

NAMES = (
    *("Bill", "Frank", "Will", "Mark", "Jack", "Tom", "Ann", "Emma", "Henry", "Alice", "Ruby", "Lily", "Hazel", "Drew"),
    *("Blake", "Miles", "Ted", "Todd", "Wayne", "Chicago", "Microsoft", "Spotify", "Walmart", "Starbucks", "Laptop"),
    *("Podcast", "Streaming", "Ketchup", "Jazz", "Rock"),
)


@pytest.mark.parametrize(
    ("source", "translated", "expected"),
    [
        ("Frank.", "Frank (em inglês).", "Frank."),
        ("Frank", "Frank (em inglês)", "Frank"),
        ("Mark", "Mark (em", "Mark"),
        ("Todd.", "Todd (.", "Todd."),
        ("Streaming?", "Streaming (com o fluxo.", "Streaming?"),
        ("Ivy.", "Ivy (a)", "Ivy."),
        ("Thank you, Ann!", "Obrigado(a), Ann!", "Obrigado, Ann!"),
        ("He saw Bill and Ted.", "Ele viu Bill (em inglês) e Ted (o).", "Ele viu Bill e Ted."),
        ("Podcast.", "播客\uff08英语\uff09。", "播客。"),
        ("Frank (my brother).", "Frank (meu irmão).", "Frank (meu irmão)."),
        ("Hm.", "(hm)", "(hm)"),
        ("Nothing of it", "Nada disso", "Nada disso"),
    ],
)
def test_what_nobody_put_in_brackets_is_left_out(source: str, translated: str, expected: str) -> None:
    assert without_asides(translated, source) == expected


def test_a_name_by_itself_is_not_explained() -> None:
    for name in NAMES:
        for text in (name, f"{name}."):
            assert not set("()") & set(bergamot().translate(text, "en", "pt")), text
    assert "(" in bergamot().translate("We met Frank (my brother) today.", "en", "pt")
