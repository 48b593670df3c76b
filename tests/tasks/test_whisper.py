"""What Whisper can do beyond text: languages, words, hotwords, models of other kinds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
import pytest

from ops.harness.pipeline import segments
from ops.harness.recordings import Recording, by_language, recordings
from tasks import registry
from tasks.engines.base import Effort, EngineError, SpeechToText
from tasks.engines.stt.whisper.engine import Whisper
from tasks.engines.stt.whisper.vocabulary import HOTWORD_TOKENS, Vocabulary
from tasks.serving import Engines
from tests.support.whisper_models import make

SPOKEN = [clip for language in ("en", "pt", "vi") for clip in by_language(language)]


@pytest.fixture(scope="session")
def whisper(engines: Engines) -> SpeechToText:
    return engines.stt_for("en")


@pytest.fixture(scope="session")
def tokenizer(models: list[str]) -> Path:
    return registry.folder(models[0]) / "tokenizer.json"


def test_the_language_of_every_recording_is_identified(whisper: SpeechToText) -> None:
    found = {clip.id: whisper.identify(clip.pcm()) for clip in SPOKEN}
    assert [clip.id for clip in SPOKEN if next(iter(found[clip.id])) != clip.language] == []
    for chances in found.values():
        assert set(chances) == whisper.languages
        assert list(chances.values()) == sorted(chances.values(), reverse=True)
        assert sum(chances.values()) == pytest.approx(1)


def test_nothing_is_identified_in_silence(whisper: SpeechToText) -> None:
    assert whisper.identify(recordings()["ns_silence"].pcm()) == {}


def test_speech_of_every_length_takes_no_memory_for_good(whisper: SpeechToText) -> None:
    pcm = max((clip.pcm() for clip in by_language("en")), key=len)
    lengths = [2 * int(16_000 * (4.0 + 0.02 * number)) for number in range(60)]  # windows of 6.0 to 7.2 s
    process = psutil.Process()
    whisper.identify(pcm[: lengths[-1]])
    before = process.memory_info().rss
    for length in lengths:
        whisper.identify(pcm[:length])
    assert process.memory_info().rss - before < 20 * 2**20


@pytest.mark.parametrize("clip", ["en_LJ001-0011", "vi_fleurs_0004", "pt_fleurs_002"])
def test_a_language_that_is_not_given_is_identified(whisper: SpeechToText, clip: str) -> None:
    recording = recordings()[clip]
    found = whisper.transcribe(recording.pcm(), None)
    assert found == whisper.transcribe(recording.pcm(), recording.language)
    assert found.language == recording.language


@pytest.mark.parametrize(
    ("name", "tolerance"),
    # Where the microphone is noisy, neither we nor the detector can tell the edges of speech so well.
    [("en_LJ001-0001", 0.4), ("en_cv_651325", 0.4), ("pt_fleurs_004", 0.4), ("vi_fleurs_0028", 0.8)],
)
def test_every_word_has_its_time(whisper: SpeechToText, name: str, tolerance: float) -> None:
    clip = recordings()[name]
    found = whisper.transcribe(clip.pcm(), clip.language, words=True)
    assert " ".join(word.text for word in found.words) == found.text
    edges = [edge for word in found.words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= clip.duration_s
    assert all(0 < word.probability <= 1 for word in found.words)
    heard = segments(np.frombuffer(clip.pcm(), np.int16))
    assert found.words[0].start == pytest.approx(heard[0].speech_start, abs=tolerance)
    assert found.words[-1].end == pytest.approx(heard[-1].speech_end, abs=tolerance)


def test_words_are_not_made_unless_asked_for(whisper: SpeechToText) -> None:
    assert whisper.transcribe(recordings()["en_LJ001-0011"].pcm(), "en").words == ()


def test_words_of_one_clip_are_where_they_were_said(whisper: SpeechToText) -> None:
    clip = recordings()["en_jfk_stereo44k"]  # "… ask not | what your country can do for you …": pauses in known places
    words = whisper.transcribe(clip.pcm(), "en", words=True).words
    starts = {word.text.strip(",.").lower(): word.start for word in reversed(words)}
    assert starts["fellow"] == pytest.approx(1.0, abs=0.5)
    assert starts["country"] == pytest.approx(6.3, abs=0.8)


@pytest.mark.parametrize(
    ("clip", "hotwords", "heard"),
    [
        ("pt_fleurs_003", ["Goethe", "Fichte", "Schlegel", "Byron"], ("Goethe", "Fichte", "Schlegel")),
        ("vi_fleurs_0004", ["Moldova", "Byron"], ("Moldova",)),
    ],
)
def test_hotwords_are_spelled_as_they_were_given(
    whisper: SpeechToText, clip: str, hotwords: list[str], heard: tuple[str, ...]
) -> None:
    recording = recordings()[clip]
    without = whisper.transcribe(recording.pcm(), recording.language)
    assert len(without.hotwords_heard) < len(heard), "they would be nothing to prove"
    found = whisper.transcribe(recording.pcm(), recording.language, hotwords=hotwords)
    assert found.hotwords_heard == heard
    assert all(word in found.text for word in heard)


@pytest.mark.parametrize("clip", by_language("zxx"), ids=lambda clip: clip.id)
def test_hotwords_are_not_heard_where_nobody_speaks(whisper: SpeechToText, clip: Recording) -> None:
    found = whisper.transcribe(clip.pcm(), "en", hotwords=["Sintra", "Lord Byron", "JB Calling", "the glossary"])
    assert (found.text, found.hotwords_heard) == ("", ())


def test_too_many_hotwords_are_cut_from_the_end(whisper: SpeechToText, tokenizer: Path) -> None:
    vocabulary = Vocabulary(tokenizer.parent, ["en"], multilingual=True)
    many = ["Sintra", *(f"Company {number}" for number in range(1000)), "a very long one " * 100]
    prompt = vocabulary.prompt("en", many)
    assert HOTWORD_TOKENS * 0.8 < len(prompt) <= HOTWORD_TOKENS + 5
    hints = vocabulary.decode(prompt[1:-4])
    assert hints.startswith("Sintra, Company 0, Company 1,")
    assert hints.split(", ")[-1] in many, "none is cut in two"
    assert "Sintra" in whisper.transcribe(recordings()["en_fleurs_002"].pcm(), "en", hotwords=many).text


@pytest.mark.parametrize("hotwords", [["", "  "], ["x" * 10_000], ["\x00", "<|endoftext|>"]])
def test_hostile_hotwords_do_no_harm(whisper: SpeechToText, hotwords: list[str]) -> None:
    clip = recordings()["en_LJ001-0011"]
    assert whisper.transcribe(clip.pcm(), "en", hotwords=hotwords).text.startswith("It is of the first importance")


def test_text_is_encoded_as_the_model_has_learnt_it(tokenizer: Path) -> None:
    vocabulary = Vocabulary(tokenizer.parent, ["en"], multilingual=True)
    tokens = vocabulary.encode("the town")
    assert len(tokens) == 2, "Ġthe and Ġtown, although the published list of merges lacks the first"
    assert vocabulary.decode(tokens) == "the town"


@pytest.mark.parametrize(
    ("bands", "extra", "multilingual", "languages", "notimestamps"),
    [
        (128, ("<|yue|>",), True, ("en", "vi"), 50364),  # as large-v3 and turbo
        (80, (), True, ("vi",), 50363),  # as PhoWhisper: a multilingual model trained on for one language
        (80, (), False, ("en",), 50362),  # as base.en
    ],
)
def test_models_of_every_kind_are_loaded_and_decode(
    tokenizer: Path,
    tmp_path: Path,
    bands: int,
    extra: tuple[str, ...],
    multilingual: bool,
    languages: tuple[str, ...],
    notimestamps: int,
) -> None:
    folder = make(tmp_path / "model", tokenizer, bands=bands, extra=extra, multilingual=multilingual)
    engine = Whisper(folder, threads=1, name="made", languages=languages)
    engine.warm_up()
    assert (engine.name, engine.languages) == ("made", frozenset(languages))
    assert engine._decoder.vocabulary.prompt(languages[0])[-1] == notimestamps
    pcm = recordings()["en_LJ001-0011"].pcm()
    assert set(engine.identify(pcm)) == set(languages)
    found = engine.transcribe(pcm, None)
    assert found.language in languages
    assert (found.text, bool(found.reason)) == ("", True), "random weights are certain of nothing"
    assert found.settled
    assert not engine.transcribe(pcm, None, effort=Effort.USUAL).settled
    with pytest.raises(EngineError, match="does not transcribe pt"):
        engine.transcribe(pcm, "pt")


def test_what_is_no_whisper_model_is_refused_with_the_reason(tokenizer: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="CTranslate2 can load"):
        Whisper(tmp_path, threads=1)
    folder = make(tmp_path / "model", tokenizer, bands=80)
    with pytest.raises(EngineError, match="xx"):
        Whisper(folder, threads=1, languages=("en", "xx"))
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(EngineError, match="not a tokenizer that can be read"):
        Whisper(folder, threads=1)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(EngineError, match="has no tokenizer"):
        Whisper(folder, threads=1)
    english = make(tmp_path / "english", tokenizer, bands=80, multilingual=False)
    with pytest.raises(EngineError, match="English-only"):
        Whisper(english, threads=1, languages=("en", "vi"))
