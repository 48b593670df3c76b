"""OPUS-MT, NLLB and EnViT5 folders: real CTranslate2 models, made here (`tests.support.dictionary_model`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.engines.base import EngineError
from tasks.engines.description import LoadRequest, Offer
from tasks.engines.translation.envit5 import EnViT5
from tasks.engines.translation.nllb import Nllb
from tasks.engines.translation.opus_mt import OpusMt
from tasks.models.spec import ModelError
from tasks.wire.environment import TaskConfig
from tests.support.argos_package import WORDS
from tests.support.dictionary_model import SPACE, train_tokenizer, write_model
from tests.support.offers import described
from tests.support.translators import DECODING

VIETNAMESE = {SPACE + word.replace(" ", SPACE): SPACE + found.replace(" ", SPACE) for word, found in WORDS.items()}


PAIRS = frozenset({("en", "vi"), ("vi", "en")})


def opus(folder: Path, *marks: str, adds_end: bool = True) -> Path:
    """An OPUS-MT folder from English into Vietnamese."""
    scratch = folder.parent / "scratch.spm"
    tokens = train_tokenizer([*WORDS, *WORDS.values()], scratch)
    write_model(folder, [*tokens, *marks], VIETNAMESE | dict.fromkeys(marks, SPACE), adds_end=adds_end)
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(scratch.read_bytes())
    scratch.unlink()
    return folder


def nllb(folder: Path) -> Path:
    """An NLLB folder that knows English and Vietnamese; the source's language token decides what is said first."""
    scratch = folder.parent / "scratch.model"
    tokens = train_tokenizer([*WORDS, *WORDS.values()], scratch)
    codes = ["eng_Latn", "vie_Latn"]
    write_model(folder, [*tokens, *codes], VIETNAMESE, adds_end=False)
    scratch.rename(folder / "sentencepiece.bpe.model")
    return folder


@pytest.mark.parametrize("adds_end", [True, False], ids=["converted from Marian", "converted from Transformers"])
def test_opus_mt(tmp_path: Path, adds_end: bool) -> None:
    engine = OpusMt(opus(tmp_path / "opus-mt-en-vi", adds_end=adds_end), "en", "vi", DECODING)
    assert (engine.name, set(engine.pairs)) == ("opus-mt-en-vi", {("en", "vi")})
    assert engine.translate("hello, my friend. thank you!", "en", "vi") == "xin chào, bạn tôi. cảm ơn!"
    with pytest.raises(EngineError, match="does not translate"):
        engine.translate("xin chào", "vi", "en")


def test_half_of_a_pivot_loads_although_its_only_pair_is_switched_off(tmp_path: Path) -> None:
    off = frozenset({"en>vi"})
    offer = Offer("opus-mt-en-vi", described("opus-ct2"), serves=off, withheld=off)
    folder = opus(tmp_path / offer.name)
    engine = offer.engine.load(LoadRequest(offer, TaskConfig(), folder))
    assert isinstance(engine, OpusMt)
    assert engine.translate("hello", "en", "vi") == "xin chào"


@pytest.mark.parametrize("mark", [">>vie<<", ">>vi<<"])
def test_a_model_of_several_targets_is_told_which(tmp_path: Path, mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = OpusMt(opus(tmp_path / "opus-mt-en-mul", mark), "en", "vi", DECODING)
    seen: list[list[str]] = []
    original = engine._model.translate

    def watched(sentences: list[list[str]], prefix: str = "") -> list[list[str]]:
        seen.extend(sentences)
        return original(sentences, prefix)

    monkeypatch.setattr(engine._model, "translate", watched)
    assert engine.translate("hello", "en", "vi") == "xin chào"
    assert seen == [[mark, f"{SPACE}hello"]]


def test_nllb(tmp_path: Path) -> None:
    engine = Nllb(nllb(tmp_path / "nllb-200"), PAIRS, DECODING)
    assert (engine.name, engine.pairs) == ("nllb-200", PAIRS)
    assert engine.translate("hello, my friend. thank you!", "en", "vi") == "xin chào, bạn tôi. cảm ơn!"


def envit5(folder: Path) -> Path:
    """An EnViT5 folder; what it translates into is named first, as by the real one."""
    scratch = folder.parent / "scratch.model"
    tokens = train_tokenizer([*WORDS, *WORDS.values(), "en:", "vi:"], scratch)
    write_model(folder, tokens, VIETNAMESE | {f"{SPACE}en:": f"{SPACE}vi:"}, adds_end=False)
    scratch.rename(folder / "spiece.model")
    return folder


def test_envit5(tmp_path: Path) -> None:
    engine = EnViT5(envit5(tmp_path / "envit5"), PAIRS, DECODING)
    assert (engine.name, engine.pairs) == ("envit5", PAIRS)
    assert engine.translate("hello, my friend. thank you!", "en", "vi") == "xin chào, bạn tôi. cảm ơn!"


def test_nllb_refuses_what_it_cannot_serve(tmp_path: Path) -> None:
    folder = nllb(tmp_path / "nllb-200")
    with pytest.raises(ModelError, match="does not know pt, xx"):
        Nllb(folder, [("en", "pt"), ("xx", "vi")], DECODING)
    (folder / "other.model").write_bytes(b"")
    with pytest.raises(ModelError, match=r"one tokenizer .* holds 2"):
        Nllb(folder, PAIRS, DECODING)


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("model.bin", "no model.bin"),
        ("source.spm", r"tokenizer .*source\.spm cannot be loaded"),
        ("shared_vocabulary.json", "not a usable CTranslate2 model|no vocabulary"),
    ],
)
def test_a_folder_that_lacks_a_file_is_refused(tmp_path: Path, missing: str, reason: str) -> None:
    folder = opus(tmp_path / "opus-mt-en-vi")
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=reason):
        OpusMt(folder, "en", "vi", DECODING)
