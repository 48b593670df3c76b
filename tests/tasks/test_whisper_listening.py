"""Whisper as it hears speech while it goes on: the real model on real recordings."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from ops.harness.pipeline import STREAM_SECONDS
from ops.harness.recordings import RATE, Recording, by_language, recordings
from ops.harness.wer import corpus_wer, wer
from tasks.engines.base import EngineError, Word
from tasks.engines.listening import Utterance
from tasks.engines.stt.whisper.certainty import key
from tasks.engines.stt.whisper.engine import Whisper
from tasks.engines.stt.whisper.pace import Pace
from tasks.engines.stt.whisper.utterance import WhisperUtterance
from tasks.serving import Engines
from tasks.transcripts import SPEAK_CONFIDENCE
from tests.tasks.test_loops import spoken

STEP = round(STREAM_SECONDS * RATE)


@pytest.fixture(scope="module")
def engine(engines: Engines) -> Whisper:
    found = engines.listener_for("en")
    assert isinstance(found, Whisper)
    return found


@pytest.fixture(autouse=True)
def at_its_quickest(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is."""
    monkeypatch.setattr(Pace, "every", lambda _self, _utterance, quickest, _slowest: quickest)


def keys(words: Sequence[Word]) -> list[str]:
    return [key(word.text) for word in words]


def hear(utterance: Utterance, audio: NDArray[np.float32]) -> list[list[Word]]:
    """What is certain after each piece of the sound, and all words in the end."""
    found = []
    for at in range(0, audio.size, STEP):
        utterance.feed(audio[at : at + STEP])
        found.append(list(utterance.certain))
    return [*found, list(utterance.ended())]


def only_grew(heard: Sequence[Sequence[Word]]) -> None:
    """No word that was certain changed, but for the marks after the last one; each has its time."""
    for earlier, later in pairwise(heard):
        assert keys(later)[: len(earlier)] == keys(earlier)
        assert list(later)[: max(0, len(earlier) - 1)] == list(earlier)[:-1]
    edges = [edge for word in heard[-1] for edge in (word.start, word.end)]
    assert edges == sorted(edges)


def text(engine: Whisper, words: Sequence[Word], language: str = "en") -> str:
    return engine.transcript(words, language, whole=True).text


@pytest.mark.parametrize("name", ["en_LJ001-0009", "pt_fleurs_002", "en_fleurs_002_quiet"])
def test_what_is_certain_only_grows_into_the_final_text(engine: Whisper, name: str) -> None:
    clip = recordings()[name]
    heard = hear(engine.begin(clip.language), clip.samples())
    only_grew(heard)
    assert len({len(words) for words in heard}) > 5, "it grows"
    whole = engine.transcribe(clip.pcm(), clip.language)
    reference = [(clip.text, found) for found in (text(engine, heard[-1], clip.language), whole.text)]
    streamed, careful = (corpus_wer([pair], clip.language) for pair in reference)
    assert streamed <= careful + 0.2, "a word or two of few"
    shown = [engine.transcript(words, clip.language, whole=False).text for words in heard]
    for earlier, later in pairwise(filter(None, shown)):  # where it has become uncertain nothing more is told
        assert later.casefold().startswith(earlier.casefold())
    confidence = engine.transcript(heard[-1], clip.language, whole=True).confidence
    assert confidence == pytest.approx(whole.confidence, abs=0.15)
    assert confidence > SPEAK_CONFIDENCE


def test_portuguese_is_heard_nearly_as_well_while_it_is_spoken_as_when_it_is_over(engine: Whisper) -> None:
    clips = by_language("pt")
    streamed = [(clip.text, text(engine, hear(engine.begin("pt"), clip.samples())[-1], "pt")) for clip in clips]
    whole = [(clip.text, engine.transcribe(clip.pcm(), "pt").text) for clip in clips]
    rates = [corpus_wer(pairs, "pt") for pairs in (streamed, whole)]
    print(f"words wrong: {100 * rates[0]:.1f} % while it is spoken, {100 * rates[1]:.1f} % as a whole")
    assert rates[0] <= rates[1] + 0.06, "seven words; greedily it would be eleven"


def test_who_goes_on_where_the_model_takes_a_text_to_be_over_is_heard_on(engine: Whisper) -> None:
    """With the sound of both the model ends after the full stop of the first, for seconds."""
    readings = [recordings()[name].samples() for name in ("pt_fleurs_002", "pt_fleurs_003")]
    heard = [np.flatnonzero(np.abs(sound) > 0.03 * np.abs(sound).max()) for sound in readings]
    speech = np.concatenate([sound[on[0] : on[-1]] for sound, on in zip(readings, heard, strict=True)])
    utterance, waited, count = engine.begin("pt"), [], 0
    for at in range(0, speech.size, STEP):
        utterance.feed(speech[at : at + STEP])
        new, now = utterance.certain[count:], min(at + STEP, speech.size) / RATE
        waited += [now - word.end for word in new]
        count += len(new)
    assert count > 25
    assert max(waited) < 3.0


def test_a_short_utterance_is_heard_as_a_whole(engine: Whisper) -> None:
    clip = recordings()["en_cv_651325"]
    utterance = engine.begin("en")
    utterance.feed(clip.samples()[: RATE // 2])
    assert utterance.certain == []
    utterance.feed(clip.samples()[RATE // 2 :])
    whole = engine.transcribe(clip.pcm(), "en", words=True)
    assert keys(utterance.ended()) == keys(whole.words)


def test_speech_goes_on_after_a_pause_in_which_it_might_have_ended(engine: Whisper) -> None:
    clip, pause = recordings()["en_LJ001-0011"].samples(), np.zeros(RATE // 2, np.float32)
    utterance = engine.begin("en")
    before = hear(utterance, clip)
    assert utterance.ended() is utterance.ended(), "with nothing new it costs nothing"
    after = hear(utterance, np.concatenate([pause, recordings()["en_LJ001-0006"].samples()]))
    only_grew([*before[:-1], *after])
    assert (
        corpus_wer(
            [(f"{recordings()['en_LJ001-0011'].text} {recordings()['en_LJ001-0006'].text}", text(engine, after[-1]))],
            "en",
        )
        < 0.15
    )


def test_numbers_wait_until_they_are_over(engine: Whisper, engines: Engines) -> None:
    sound = np.concatenate([spoken(engines, "Five five five five."), np.zeros(RATE // 4, np.float32)])
    heard = hear(engine.begin("en"), sound)
    assert all(words == [] for words in heard[:-1])
    assert "".join(keys(heard[-1])) == "5555"


@pytest.mark.parametrize("clip", by_language("zxx"), ids=lambda clip: clip.id)
def test_nothing_is_heard_where_nobody_speaks(engine: Whisper, clip: Recording) -> None:
    heard = hear(engine.begin("en", ["Sintra", "Lord Byron", "JB Calling"]), clip.samples())
    found = engine.transcript(heard[-1], "en", hotwords=["Sintra"], whole=True)
    assert (heard[-2], found.text) == ([], "")
    assert found.reason


def test_hotwords_are_spelled_as_they_were_given(engine: Whisper) -> None:
    clip, hotwords = recordings()["pt_fleurs_003"], ["Goethe", "Fichte", "Schlegel", "Byron"]
    heard = hear(engine.begin("pt", hotwords), clip.samples())
    only_grew(heard)
    found = engine.transcript(heard[-1], "pt", hotwords=hotwords, whole=True)
    assert found.hotwords_heard == ("Goethe", "Fichte", "Schlegel")


@pytest.fixture(scope="module")
def minute() -> NDArray[np.float32]:
    """A minute of one reader who does not pause."""
    readings = [clip.samples() for clip in by_language("en") if clip.kind == "read_speech" and clip.speaker]
    return np.concatenate([without_silence(audio) for audio in readings])[: 60 * RATE]


def without_silence(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """A reading without what is quiet before and after it."""
    first, *_, last = np.flatnonzero(np.abs(audio) > 0.02 * np.abs(audio).max())
    return audio[first : last + 1]


def test_a_second_costs_the_same_at_the_end_of_a_minute(engine: Whisper, minute: NDArray[np.float32]) -> None:
    utterance, used, heard = engine.begin("en"), [], []
    for at in range(0, minute.size, RATE):
        began = time.process_time()
        utterance.feed(minute[at : at + RATE])
        used.append(time.process_time() - began)
        heard.append(list(utterance.certain))
    only_grew(heard)
    assert utterance._sound.size < 14 * RATE
    early, late = (sorted(some)[len(some) // 2] for some in (used[10:25], used[-15:]))
    print(f"processor time of a second: {early:.2f} s early, {late:.2f} s late; {sum(used) / 60:.2f} s in the mean")
    assert late < 1.6 * early


def test_another_goes_on_behind_the_words_that_were_certain(engine: Whisper, minute: NDArray[np.float32]) -> None:
    audio = minute[: 25 * RATE]
    first = engine.begin("en")
    for at in range(0, 15 * RATE, STEP):
        first.feed(audio[at : at + STEP])
    known = list(first.certain)
    successor = engine.begin("en", known=known)
    assert 5 * RATE < successor.skipped < known[-1].end * RATE
    heard = [known, *hear(successor, audio[successor.skipped :])]
    only_grew(heard)
    undisturbed = hear(engine.begin("en"), audio)[-1]
    assert corpus_wer([(text(engine, undisturbed), text(engine, heard[-1]))], "en") < 0.08


def test_what_the_decoder_says_once_more_without_sound_is_not_said(
    engine: Whisper, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = np.concatenate([recordings()["en_LJ001-0011"].samples(), np.zeros(2 * RATE, np.float32)])
    plainly = keys(hear(engine.begin("en"), clip)[-1])
    decoded = WhisperUtterance._hypothesis

    def again(utterance: WhisperUtterance) -> list[Word]:
        words = list(decoded(utterance))
        copies = [replace(word, start=words[-1].end + 0.1, end=words[-1].end + 0.12) for word in words]
        return [*words, *copies]

    monkeypatch.setattr(WhisperUtterance, "_hypothesis", again)
    heard = keys(hear(engine.begin("en"), clip)[-1])
    assert wer(" ".join(plainly), " ".join(heard), "en") < 0.2


def test_what_cannot_be_heard_so_is_refused(engine: Whisper, engines: Engines) -> None:
    assert {"en", "pt", "vi"} <= set(engines.streams()) <= engine.languages
    assert not {"ja", "zh", "th"} & engine.streamed
    with pytest.raises(EngineError, match="does not hear ja as a stream"):
        engine.begin("ja")
    assert not engine.one_language
    assert engines.listener_for("vi").one_language
