"""An engine is one file and one line: nothing else here knows the one that this file makes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import redis

from tasks import loading, offers, serving
from tasks.actors.api_package_offer import offered
from tasks.actors.speak import speak
from tasks.engines.base import EngineError, TextToSpeech, Translator
from tasks.engines.description import Offer
from tasks.engines.kinds import Kind
from tasks.engines.listing import ENGINES, descriptions
from tasks.models.catalogue import BUNDLED, MODELS
from tasks.models.spec import ModelError
from tasks.wire import keys
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import ClipPart, Speech, decode_clip_event
from tests.support.channels import listen
from tests.tasks.messages import segment

FILE = """
from tasks.engines.base import Audio, TextToSpeech
from tasks.engines.description import Description, Offer
from tasks.engines.kinds import Kind


class Beeper(TextToSpeech):
    name = "beeper"
    languages = frozenset({"en", "xx"})
    voices = {"en": ("beep",), "xx": ("beep",)}

    def clauses(self, text, language):
        return [text]

    def speak(self, clause, language, voice=None):
        return Audio(b"\\x00\\x10\\x00\\xf0" * 8_000, 16_000)

    def warm_up(self):
        pass


DESCRIPTION = Description(
    kind=Kind.TTS,
    format="beeper",
    rank=11,
    own_offers=lambda: [Offer("beeper", DESCRIPTION, frozenset({"en", "xx"}), has_model=False)],
    load=lambda request: Beeper(),
)
"""


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """The list of engines, with a line for one that lies in a folder of this test."""
    (tmp_path / "beeper.py").write_text(FILE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "beeper", raising=False)
    monkeypatch.setattr(serving, "_engines", None)  # what other tests have loaded comes back after this one
    return (*ENGINES, "beeper")


@pytest.mark.usefixtures("models")
def test_one_file_and_one_line_are_offered_chosen_by_rank_loaded_and_used(
    listed: tuple[str, ...], store: redis.Redis
) -> None:
    assert "beeper" in [offer.name for offer in offers.listed(Kind.TTS, listed)]
    engines = serving.load(["speak"], TaskConfig(), listed)
    assert {"en", "pt", "vi", "xx"} <= set(engines.tts.services())
    ranked = [engine.name for engine in engines.tts_for("en", late=False)]
    assert [name for name in ranked if name in ("hibari-en", "beeper", "espeak-ng")] == [
        "hibari-en",
        "beeper",
        "espeak-ng",
    ]
    assert "beeper" in [info.name for info in offered(engines)]
    message = segment(hear=["xx"])
    with listen(store, keys.clips_channel("bridge")) as clips:
        speak(Speech(segment=message, text="Beep.", language="xx", timeline=message.timeline))
        event = decode_clip_event(clips.next())
    assert isinstance(event, ClipPart)
    assert (event.engine, event.samples, event.last) == ("beeper", 16_000, True)


def test_a_model_that_is_not_whole_is_refused_before_its_engine_is_asked(listed: tuple[str, ...]) -> None:
    beeper = descriptions(listed)[-1]
    with pytest.raises(ModelError, match="no model 'beeper-large'"):
        loading.load(Offer("beeper-large", beeper, frozenset({"en"})), TaskConfig(), TextToSpeech, {})


def test_an_engine_of_another_kind_than_it_says_is_refused(listed: tuple[str, ...]) -> None:
    (offer,) = descriptions(listed)[-1].own_offers()
    with pytest.raises(EngineError, match="beeper is no Translator"):
        loading.load(offer, TaskConfig(), Translator, {})


def test_a_module_that_describes_no_engine_is_named() -> None:
    with pytest.raises(TypeError, match=r"tasks\.engines\.base describes no engine"):
        descriptions(("tasks.engines.base",))


def test_every_engine_has_a_rank_of_its_own_and_every_model_an_engine() -> None:
    for kind in Kind:
        engines = [engine for engine in descriptions() if engine.kind is kind]
        assert len({engine.rank for engine in engines}) == len(engines)
        formats = [engine.format for engine in engines]
        assert len(set(formats)) == len(formats)
        known = [(model.kind, model.format) for model in MODELS] + [(model.kind, model.format) for model in BUNDLED]
        assert {form for wire, form in known if wire == kind.wire} <= set(formats)
