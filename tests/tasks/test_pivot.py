from __future__ import annotations

import pytest

from tasks.engines.base import EngineError, Translator
from tasks.engines.translation.pivot import Pivot
from tests.support.translators import argos, bergamot


def test_portuguese_becomes_vietnamese_by_way_of_english() -> None:
    pivot = Pivot(bergamot(), argos("en", "vi"))
    assert (pivot.name, set(pivot.pairs)) == ("bergamot-en-pt+argos-en-vi", {("pt", "vi")})
    assert pivot.translate("o médico está no hospital.", "pt", "vi") == "bác sĩ ở trong bệnh viện."
    with pytest.raises(EngineError, match=r"bergamot-en-pt\+argos-en-vi does not translate en into vi"):
        pivot.translate("yes", "en", "vi")


def test_vietnamese_becomes_portuguese() -> None:
    pivot = Pivot(argos("vi", "en"), bergamot())
    assert pivot.pairs == {("vi", "pt")}
    assert pivot.translate("bác sĩ ở trong bệnh viện.", "vi", "pt") == "o médico está no hospital."


def test_engines_that_do_not_meet_are_refused() -> None:
    with pytest.raises(EngineError, match="argos-en-vi and argos-en-vi do not meet in en"):
        Pivot(argos("en", "vi"), argos("en", "vi"))


def test_a_pivot_over_a_draft_is_a_draft() -> None:
    class Draft(Translator):
        name = "draft"
        pairs = frozenset({("en", "vi")})
        draft = True

        def translate(self, text: str, source: str, target: str) -> str:  # noqa: ARG002
            return text

    assert Pivot(bergamot(), Draft()).draft
    assert Pivot(bergamot(), Draft()).fingerprint != Pivot(bergamot(), argos("en", "vi")).fingerprint
