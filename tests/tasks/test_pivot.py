from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import pytest
import redis

from tasks import operator_choices, serving, steps
from tasks.actors.translate import translate
from tasks.engines.base import EngineError
from tasks.engines.listing import ENGINES
from tasks.engines.translation.pivot import Pivot
from tasks.wire import keys
from tasks.wire.administration import Choice, Configuration
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import Translation, encode
from tests.support.channels import stream
from tests.support.drafter import Drafter
from tests.support.translators import argos, bergamot
from tests.tasks.messages import segment

LISTED = (*ENGINES, "tests.support.drafter")


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


def test_pivots_of_one_name_are_told_apart_by_their_halves() -> None:
    assert Pivot(bergamot(), Drafter()).fingerprint != Pivot(bergamot(), argos("en", "vi")).fingerprint


@pytest.fixture
def drafts(models: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[serving.Engines]:
    """What a worker has of which the Vietnamese side is drafts."""
    assert models
    monkeypatch.setattr(serving, "_engines", None)  # what other tests have loaded comes back after this one
    yield serving.load(["translate"], TaskConfig(), LISTED)
    operator_choices.forget()


def test_portuguese_and_vietnamese_meet_in_a_draft_that_says_so(drafts: serving.Engines, store: redis.Redis) -> None:
    assert drafts.drafts() == ["en>vi", "pt>vi", "vi>en", "vi>pt"]
    assert drafts.costs().keys() >= {"translate:pt>vi"}
    message = segment(language="pt", read=["vi"], hear=[])
    text = "o médico está no hospital."
    translate(Translation(segment=message, text=text, target="vi", timeline=message.timeline))
    caption = stream(store)[-1][1]
    assert (caption.text, caption.engine) == ("bác sĩ ở trong bệnh viện.", "bergamot-en-pt+drafter")
    assert caption.draft


@pytest.mark.usefixtures("drafts")
def test_a_half_that_is_switched_off_still_serves_the_pivot(store: redis.Redis) -> None:
    for off in (["pt>en", "en>vi"], ["en>pt", "pt>en", "en>vi", "vi>en"], []):
        choices = [Choice(kind="translate", wanted=pair, enabled=False) for pair in off]
        store.set(keys.CONFIGURATION, encode(Configuration(choices=choices)))
        operator_choices.refresh(store)
        now = serving.load(["translate"], TaskConfig(), LISTED)
        assert set(now.translation.services()) == set(map(">".join, permutations(("en", "pt", "vi"), 2))) - set(off)
        assert steps.translate("o médico está no hospital.", "pt", "vi").text == "bác sĩ ở trong bệnh viện."
        for pair in off:
            with pytest.raises(EngineError, match="no engine here translates"):
                steps.translate("hospital", *pair.split(">"))
