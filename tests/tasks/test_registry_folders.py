"""CTranslate2 folders that somebody brings along."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks import installation, registry
from tasks.models.spec import ModelError


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models folder for each test."""
    monkeypatch.setenv("MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


def folder(path: Path, *names: str) -> Path:
    path.mkdir()
    for name in (*names, "model.bin", "config.json", "notes.txt"):
        (path / name).write_text(name)
    return path


@pytest.mark.parametrize(
    ("called", "names", "given", "expected"),
    [
        ("Opus-MT en-vi", ["source.spm", "target.spm"], (), ("opus-mt-en-vi", "opus-ct2", ("en>vi",))),
        ("mine", ["source.spm", "target.spm"], ("vi>en",), ("mine", "opus-ct2", ("vi>en",))),
        ("nllb", ["sentencepiece.bpe.model"], ("en>vi", "vi>en"), ("nllb", "nllb-ct2", ("en>vi", "vi>en"))),
        ("PhoWhisper-base", ["tokenizer.json", "vocabulary.json"], (), ("phowhisper-base", "whisper-ct2", ("vi",))),
    ],
)
def test_a_ctranslate2_folder_is_known_by_its_files(
    tmp_path: Path, called: str, names: list[str], given: tuple[str, ...], expected: tuple[str, str, tuple[str, ...]]
) -> None:
    name = installation.install_local(folder(tmp_path / called, *names), languages=given)
    info = registry.info(name)
    assert (info.name, info.format, info.languages) == expected
    taken = {path.name for path in registry.folder(name).iterdir()}
    assert taken == {"model.bin", "config.json", *names}, "notes.txt stays behind"
    registry.verify(name)


@pytest.mark.parametrize(
    ("names", "given", "reason"),
    [
        ([], (), "is not a model that an engine here can load"),
        (["source.spm", "target.spm"], (), "name the languages of some, like --languages 'en>vi'"),
        (["source.spm", "target.spm"], ("vi",), "'vi' is not of that form"),
        (["tokenizer.json"], ("en>vi",), "'en>vi' is not of that form"),
    ],
)
def test_a_folder_that_does_not_say_enough_is_asked_about(
    tmp_path: Path, names: list[str], given: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        installation.install_local(folder(tmp_path / "some", *names), languages=given)


@pytest.mark.parametrize("name", ["../up", "Grand", "", "a/b", ".hidden", "models.lock.json"])
def test_a_name_that_is_no_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="cannot be a model's name"):
        installation.install_local(folder(tmp_path / "x", "source.spm", "target.spm"), languages=["en>vi"], name=name)
