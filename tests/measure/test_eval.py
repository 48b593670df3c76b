"""`make eval` on a set of four recordings and three sentences."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ops.harness.recordings import DATA
from ops.measure.clips import TextSet, clips, first_of_each, text_sets
from ops.measure.eval import published, translation
from ops.measure.eval.parts import Extent, measure_cache, measure_stt, measure_translation
from ops.measure.eval.sheet import Sheet
from ops.measure.eval.table import table
from ops.measure.eval.targets import Target, targets
from ops.measure.figures import machine
from tasks.engines.base import EngineError, Translator
from tasks.serving import Engines

CHOSEN = ("en_LJ001-0011", "en_fleurs_004", "en_cv_651325", "ns_music_trumpet")
PAIRS = (("Good morning.", "Bom dia."), ("She is happy.", "Ela está feliz."), ('Quoted "so".', 'Citado "assim".'))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("set")
    rows = {row["id"]: row for row in map(json.loads, (DATA / "manifest.jsonl").read_text().splitlines())}
    chosen = [rows[name] for name in CHOSEN]
    chosen[2] |= {"derived_from": "en_LJ001-0011", "kind": "quiet_speech"}  # it is neither, but short
    (place / "audio").mkdir()
    for row in chosen:
        shutil.copy(DATA / row["file"], place / row["file"])
    (place / "manifest.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in chosen))
    (place / "text").mkdir()
    lines = ["source\treference", *("\t".join(pair) for pair in PAIRS)]
    (place / "text" / "shared_small_en-pt.tsv").write_text("\n".join(lines) + "\n")
    return place


def test_a_set_is_read_as_it_is_described(folder: Path) -> None:
    found = clips(folder)
    assert [clip.id for clip in found] == list(CHOSEN)
    assert {clip.language for clip in found} == {"en", "zxx"}
    few = [clip.id for clip in first_of_each(found, 1)]
    assert few == ["en_LJ001-0011", "en_cv_651325", "ns_music_trumpet"], "one of each kind, and what it is derived from"
    (texts,) = text_sets(folder)
    assert (texts.name, texts.source, texts.target) == ("small", "en", "pt")
    assert texts.sentences[2] == 'Quoted "so".'
    assert texts.turned().references == texts.sentences
    assert texts.spread(2).sentences == (texts.sentences[0], texts.sentences[1])
    assert texts.spread(9) == texts


def test_figures_are_complete_and_can_be_read(folder: Path, engines: Engines, tmp_path: Path) -> None:
    sheet, extent = Sheet(tmp_path / "var" / "sheet.json", {}), Extent(sentences=3, hours=0.003, shifts=2)
    figures: dict[str, Any] = {
        "machine": machine(),
        "set": "small",
        "normaliser": "n",
        "stt": measure_stt(sheet, folder, engines, extent),
        "translation": measure_translation(sheet, folder, engines, extent),
        "cache": measure_cache(sheet, engines),
    }
    english = figures["stt"]["en"]
    assert english["clips"] == 3
    assert len(english["wer_shifts"]) == 2
    assert min(english["wer_shifts"]) <= english["wer"] <= max(english["wer_shifts"])
    assert 0 <= english["cer"] <= english["wer"] < 25
    assert english["segment_ms"]["n"] >= 3
    assert english["kinds"]["quiet_speech"]["clips"] == 1
    assert english["full_window"]["clips"] == 3
    assert english["identified"]["right"] == english["identified"]["segments"]
    assert set(figures["stt"]["quiet"]) == {"en_cv_651325"}
    assert figures["stt"]["non_speech"] == {"clips": 1, "with_text": 0, "with_text_without_vad": 0}
    assert set(figures["translation"]) == {"en-pt", "pt-en"}
    small = figures["translation"]["en-pt"]["small"]
    assert small["bleu"] > 30
    assert figures["translation"]["en-pt"]["heard"]["sentences"] == 1, "of the one clip with a translation"
    assert small["signature"]["bleu"].startswith("nrefs:1|")
    assert json.loads(json.dumps(figures)) == figures
    read = table(figures)
    assert "en: WER %" in read
    assert "cut in 2 places each" in read
    assert "en-pt small" in read
    assert len(targets(figures)) >= 8
    assert "speech from the cache: ms" in read
    assert figures["cache"]["translation_ms"]["p50"] < 5
    del figures["stt"]
    assert "speech to text" not in table(figures), "one part can be measured alone"
    assert "en-pt small" in table(figures)


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    path, done = tmp_path / "var" / "sheet.json", []

    def measure(sheet: Sheet, *, stop: bool = False) -> list[str]:
        def step(name: str) -> str:
            if stop and name == "second":
                raise KeyboardInterrupt
            done.append(name)
            return name.upper()

        return [sheet.step(name, partial(step, name)) for name in ("first", "second")]

    with pytest.raises(KeyboardInterrupt):
        measure(Sheet(path, {"clips": 1}), stop=True)
    resumed = Sheet(path, {"clips": 1}, resume=True)
    assert measure(resumed) == ["FIRST", "SECOND"]
    assert done == ["first", "second"]
    measure(Sheet(path, {"clips": 2}, resume=True))
    assert done == ["first", "second"] * 2, "under other conditions everything is measured"
    resumed.done()
    assert not path.exists()


def test_a_target_is_met_up_to_its_limit() -> None:
    assert Target("x", 6.0, 6.0).met
    assert not Target("x", 6.1, 6.0).met


class Refusing(Translator):
    name, pairs = "refusing", frozenset({("en", "pt")})

    def translate(self, text: str, source: str, target: str) -> str:
        if "happy" in text:
            raise EngineError(f"a copy of the {source} source is no {target} text")
        return dict(PAIRS)[text]


def test_a_sentence_that_is_refused_counts_as_untranslated() -> None:
    sentences, references = zip(*PAIRS, strict=True)
    found = translation.translate(TextSet("small", "en", "pt", sentences, references), Refusing())
    assert (found["sentences"], found["refused"]) == (3, 1)
    assert found["chrf"] < 100


@pytest.mark.parametrize(
    ("engine", "texts", "bleu"),
    [
        ("bergamot-en-pt", "flores200dev", 49.4),
        ("bergamot-en-pt", "tatoeba", None),
        ("bergamot-en-pt+argos-en-vi", "flores200dev", None),
        ("draft-en-vi", "flores200dev", None),
    ],
)
def test_a_published_figure_is_that_of_the_same_engine_and_texts(engine: str, texts: str, bleu: float | None) -> None:
    assert published.bleu(engine, "en", "pt", texts) == bleu
