"""What administrators set, as workers take it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from ops.harness.recordings import recordings
from tasks import offers, operator_choices, serving
from tasks.actors.speak import speak
from tasks.actors.transcribe import transcribe
from tasks.actors.translate import translate
from tasks.engines import choose
from tasks.engines.base import EngineError
from tasks.engines.description import Offer
from tasks.engines.kinds import Kind
from tasks.engines.translation.pivot import pivots
from tasks.operator_choices import OperatorChoices
from tasks.wire import keys
from tasks.wire.administration import Choice, Term
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import Speech, Translation, encode
from tests.support.channels import stream
from tests.support.offers import described
from tests.tasks.messages import offered, segment


def term(number: int, source: str, target: str, spoken: str = "") -> Term:
    return Term(
        id=number,
        source_language="en",
        target_language="pt",
        source=source,
        target=target,
        hotword=True,
        translate=True,
        spoken=spoken,
    )


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    operator_choices.forget()
    yield
    operator_choices.forget()


def test_a_newer_one_is_taken_and_kept_when_redis_forgets_it(store: redis.Redis) -> None:
    off = OperatorChoices(choices=[Choice(kind="translate", wanted="en>pt", enabled=False)])
    store.set(keys.CONFIGURATION, encode(off))
    assert operator_choices.refresh(store)
    assert not operator_choices.refresh(store)
    store.flushall()
    assert not operator_choices.refresh(store)
    assert operator_choices.current() == off
    with_terms = OperatorChoices(choices=off.choices, terms=[term(1, "quorum", "quórum")])
    store.set(keys.CONFIGURATION, encode(with_terms))
    assert not operator_choices.refresh(store)  # no engine has to be loaded for that
    assert operator_choices.current() == with_terms


def test_what_is_off_serves_nothing_and_may_still_be_half_of_a_pivot() -> None:
    first, second = (
        Offer(name, described("argos"), frozenset({pair})) for name, pair in (("a", "pt>en"), ("b", "en>vi"))
    )
    known = [first, second, *pivots([first, second], ["pt", "en", "vi"])]
    off = OperatorChoices(choices=[Choice(kind="translate", wanted="en>vi", enabled=False)])
    allowed = off.allowed("translate", known)
    assert choose.services(allowed) == ["pt>en", "pt>vi"]
    assert getattr(choose.best("pt>vi", allowed, {}), "parts", ()) == ("a", "b")
    assert off.allowed("stt", [Offer("w", described("whisper-ct2"), frozenset({"en"}))])[0].open == {"en"}


def test_longer_terms_are_spelled_before_those_inside_them() -> None:
    known = OperatorChoices(
        terms=[term(1, "x", "SUS", "suss"), term(2, "y", "SUS 2", "suss dois"), term(3, "z", "Ana")]
    )
    said, used = known.pronounced("O SUS 2 e o SUS. Ana", "pt")
    assert said == "O suss dois e o suss. Ana"
    assert [one.id for one in used] == [2, 1]
    assert known.pronounced("O SUS", "en") == ("O SUS", [])
    assert [one.id for one in known.translated("en", "pt", "X marks the spot")] == [1]
    assert known.translated("pt", "en", "x") == []


@pytest.mark.usefixtures("engines")
def test_the_engine_that_is_chosen_is_loaded_and_what_is_off_is_refused(store: redis.Redis) -> None:
    before = serving.engines()
    other = next(offer.name for offer in offers.listed(Kind.TTS) if "en" in offer.serves and offer.name != "hibari-en")
    choices = [
        Choice(kind="speak", wanted="en", engine=other),
        Choice(kind="translate", wanted="pt>en", enabled=False),
    ]
    try:
        store.set(keys.CONFIGURATION, encode(OperatorChoices(choices=choices)))
        operator_choices.refresh(store)
        now = serving.load(["translate", "speak"], TaskConfig())
        assert now.tts_for("en", late=False)[0].name == other
        assert now.translation.services() == ["en>pt"]
        assert now.off == ["translate:pt>en"]
        with pytest.raises(EngineError):
            now.translation_for("pt", "en")
    finally:
        operator_choices.forget()
        serving.load(keys.QUEUES, TaskConfig())
    assert serving.engines().translation.services() == before.translation.services()


@pytest.mark.usefixtures("engines")
def test_terms_are_heard_translated_and_said_and_counted(store: redis.Redis) -> None:
    jfk = recordings()["en_jfk_stereo44k"].pcm()
    terms = [term(1, "Americans", "americanos"), term(2, "country", "pátria-mãe", "mãe pátria")]
    store.set(keys.CONFIGURATION, encode(OperatorChoices(terms=terms)))
    operator_choices.refresh(store)
    heard = offered(store, jfk)
    transcribe(heard)
    assert "Americans" in stream(store)[-1][1].text
    assert store.hgetall(keys.terms_fired("hotword"))[b"1"] == b"1"
    message = Translation(segment=heard, text="This is my country.", target="pt", timeline=heard.timeline)
    translate(message)
    assert "pátria-mãe" in stream(store)[-1][1].text
    assert store.hgetall(keys.terms_fired("translation")) == {b"2": b"1"}
    now = segment("room.anna.1")
    speak(Speech(segment=now, text="Pátria-mãe.", language="pt", timeline=now.timeline))
    assert store.hgetall(keys.terms_fired("pronunciation")) == {b"2": b"1"}
