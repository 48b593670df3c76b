"""Argos packages: a small real one between English and Vietnamese, made here (`tests.support.argos_package`)."""

from __future__ import annotations

import json
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks import installation, registry
from tasks.engines.base import EngineError
from tasks.engines.translation import ct2
from tasks.engines.translation.argos import Argos
from tasks.engines.translation.ct2 import Decoding
from tasks.models.spec import ModelError
from tests.support.argos_package import build, pack
from tests.support.dictionary_model import write_model
from tests.support.translators import DECODING, argos
from tests.tasks.test_imports import modules_after

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "source", "target", "expected"),
    [
        ("hello, my friend.", "en", "vi", "xin chào, bạn tôi."),
        ("we meet tomorrow at 3 hours.", "en", "vi", "chúng tôi gặp nhau ngày mai lúc 3 giờ."),
        ("we meet Anna in the hospital at 15:30.", "en", "vi", "chúng tôi gặp nhau Anna trong bệnh viện lúc 15:30."),
        ("yes.  goodbye!\nthank you", "en", "vi", "vâng. tạm biệt!\ncảm ơn"),
        ("bác sĩ ở trong bệnh viện.", "vi", "en", "the doctor is in the hospital."),
    ],
)
def test_translation_both_ways(text: str, source: str, target: str, expected: str) -> None:
    assert argos(source, target).translate(text, source, target) == expected


def test_an_engine_says_what_it_is() -> None:
    engine = argos("en", "vi")
    assert (engine.name, set(engine.pairs), engine.draft) == ("argos-en-vi", {("en", "vi")}, False)
    with pytest.raises(EngineError, match="argos-en-vi does not translate vi into en"):
        engine.translate("xin chào", "vi", "en")
    with pytest.raises(EngineError, match="no translation of 2 characters"):
        engine.translate(" \n", "en", "vi")


def test_a_text_goes_to_the_model_in_one_batch_split_by_us(monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []
    model = argos("en", "vi")._model
    original = model.translate

    def counted(sentences: list[list[str]], prefix: str = "") -> list[list[str]]:
        batches.append(len(sentences))
        return original(sentences, prefix)

    monkeypatch.setattr(model, "translate", counted)
    argos("en", "vi").translate("hello. Yes, Dr. Who! No? yes.\ngoodbye.", "en", "vi")
    assert batches == [5]


def test_a_sentence_too_long_for_the_model_is_translated_in_pieces() -> None:
    text = ", ".join(["hello"] * 90)
    assert argos("en", "vi").translate(text, "en", "vi").count("xin chào") == 90


def test_threads_share_one_engine() -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: argos("en", "vi").translate("hello, my friend.", "en", "vi"), range(40)))
    assert set(found) == {"xin chào, bạn tôi."}


def test_a_model_is_loaded_once_until_it_changes(tmp_path: Path) -> None:
    package = build(tmp_path)
    first = ct2.load(package / "model", DECODING)
    assert ct2.load(package / "model", DECODING) is first
    assert ct2.load(package / "model", Decoding(threads=2, beam=4)) is not first


def test_the_fingerprint_tells_packages_and_settings_apart(tmp_path: Path) -> None:
    package = build(tmp_path)
    first, other = Argos(package, DECODING), Argos(build(tmp_path, "vi", "en"), DECODING)
    assert Argos(shutil.copytree(package, tmp_path / "copy"), DECODING).fingerprint == first.fingerprint
    assert len({first.fingerprint, other.fingerprint, Argos(package, Decoding(2, beam=1)).fingerprint}) == 3


def test_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert Argos(build(tmp_path), DECODING).translate("hello. yes.", "en", "vi") == "xin chào. vâng."


def test_no_package_that_splits_sentences_is_installed_or_imported() -> None:
    away = {"stanza", "spacy", "minisbd", "torch"}
    assert modules_after("import tasks.engines.translation.argos, argostranslate.tokenizer").isdisjoint(away)
    for name in ("requirements.lock", "requirements-dev.lock"):
        pinned = {line.split("==")[0] for line in (ROOT / "ops" / name).read_text().splitlines() if "==" in line}
        assert pinned.isdisjoint(away)


def test_an_archive_installed_by_the_registry_translates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELS_DIR", str(tmp_path / "models"))
    name = installation.install_local(pack(build(tmp_path), tmp_path / "en_vi.argosmodel"))
    engine = Argos(registry.folder(name), DECODING)
    assert (engine.name, engine.translate("hello", "en", "vi")) == (name, "xin chào")


def test_brazilian_portuguese_has_a_code_of_its_own_at_argos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = build(tmp_path)
    metadata = json.loads((package / "metadata.json").read_text()) | {"from_code": "pb"}
    (package / "metadata.json").write_text(json.dumps(metadata))
    assert Argos(package, DECODING).pairs == {("pt", "vi")}
    monkeypatch.setenv("MODELS_DIR", str(tmp_path / "models"))
    assert registry.info(installation.install_local(package)).languages == ("pt>vi",), (
        "the worker serves what is listed"
    )


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("model/model.bin", "not a usable CTranslate2 model"),
        ("model/config.json", "not a usable CTranslate2 model"),
        ("sentencepiece.model", "tokenizer .* cannot be loaded"),
    ],
)
def test_a_package_with_a_corrupt_file_is_refused(tmp_path: Path, file: str, reason: str) -> None:
    package = build(tmp_path)
    (package / file).write_bytes(b"\xff" * 100)
    with pytest.raises(ModelError, match=reason):
        Argos(package, DECODING)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"type": "sbd"}, "is an Argos package for 'sbd'"), ({"target_prefix": 1}, "not what it should be")],
)
def test_metadata_that_is_no_translators_is_refused(tmp_path: Path, changed: dict[str, object], reason: str) -> None:
    package = build(tmp_path)
    metadata = json.loads((package / "metadata.json").read_text()) | changed
    (package / "metadata.json").write_text(json.dumps(metadata))
    with pytest.raises(ModelError, match=reason):
        Argos(package, DECODING)


def test_a_package_with_a_bpe_vocabulary_uses_the_tokenizer_of_moses(tmp_path: Path) -> None:
    package = tmp_path / "argos-en-vi"
    package.mkdir()
    tokens = ["<unk>", "<s>", "</s>", "hello", "xin", "hos@@", "pital", "viện", "."]
    write_model(package / "model", tokens, {"hello": "xin", "hos@@": "viện", "pital": "."})
    merges = ["h e", "l l", "ll o</w>", "he llo</w>", "h o", "ho s", "p i", "pi t", "a l</w>", "pit al</w>"]
    (package / "bpe.model").write_text("\n".join(["#version: 0.2", *merges, ""]))
    (package / "metadata.json").write_text(json.dumps({"from_code": "en", "to_code": "vi"}))
    assert Argos(package, DECODING).translate("hello hospital", "en", "vi") == "xin viện."
