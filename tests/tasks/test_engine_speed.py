from __future__ import annotations

from collections.abc import Sequence

import pytest

from tasks import engine_speed
from tasks.engines.listening import Utterance
from tasks.engines.stt.whisper.engine import Whisper
from tasks.serving import Engines


def test_recognisers_are_tried_with_words_since_they_are_what_takes_the_time(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, begun = engines.listener_for("en"), list[Utterance]()
    assert isinstance(engine, Whisper)
    begin = engine.begin

    def remembered(language: str, hotwords: Sequence[str] = ()) -> Utterance:
        begun.append(begin(language, hotwords))
        return begun[-1]

    monkeypatch.setattr(engine, "begin", remembered)
    speed = engine_speed.of(engine, remote=False)
    assert speed.cost is not None
    assert speed.cost > 0
    assert speed.words.endswith("for 4.5 s of speech, as a stream")
    (utterance,) = begun
    said = " ".join(word.text.strip().lower() for word in utterance.ended())
    assert "first importance that the letter" in said, said
