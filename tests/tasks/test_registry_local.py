"""Packages that somebody brings along: known by what is in them, refused when harmful, and as removable as any."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tasks import installation, registry
from tasks.models import archive
from tasks.models.catalogue import MODELS
from tasks.models.spec import ModelError, ModelFile

METADATA = json.dumps({"from_code": "en", "to_code": "vi", "package_version": "1.9", "from_name": "English"})
ROOT = "translate-en_vi-1_9"
PACKAGE: dict[str, str | bytes] = {
    f"{ROOT}/metadata.json": METADATA,
    f"{ROOT}/sentencepiece.model": b"pieces",
    f"{ROOT}/model/model.bin": b"weights" * 1000,
    f"{ROOT}/model/config.json": "{}",
    f"{ROOT}/README.md": "CC-BY-4.0",
    f"{ROOT}/stanza/en/tokenize/ewt.pt": b"a pickle",
}


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models folder for each test."""
    monkeypatch.setenv("MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


def package(path: Path, files: dict[str, str | bytes] = PACKAGE) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def test_an_argos_package_is_registered_by_its_metadata(tmp_path: Path, models: Path) -> None:
    name = installation.install_local(package(tmp_path / "from a friend.argosmodel"))
    assert name == "argos-en-vi"
    info = registry.info(name)
    assert (info.kind, info.format, info.languages, info.installed) == ("translate", "argos", ("en>vi",), True)
    assert (info.pinned, info.origin) == ("here", "from a friend.argosmodel")
    assert info.digest == hashlib.sha256(b"weights" * 1000).hexdigest()
    assert info in registry.installed("translate")
    assert sorted(path.name for path in registry.folder(name).rglob("*") if path.is_file()) == [
        "README.md",
        "config.json",
        "metadata.json",
        "model.bin",
        "sentencepiece.model",
    ], "what no engine reads stays behind"
    registry.verify(name)
    assert sorted(path.name for path in models.iterdir()) == ["argos-en-vi", "models.lock.json"], "no scratch is left"


def test_the_stamp_changes_with_what_is_installed_and_only_then(tmp_path: Path) -> None:
    stamps = [registry.stamp(), registry.stamp()]
    installation.install_local(package(tmp_path / "a.argosmodel"))
    stamps += [registry.stamp(), registry.stamp()]
    installation.remove("argos-en-vi")
    stamps.append(registry.stamp())
    assert stamps[0] == stamps[1] != stamps[2] == stamps[3] != stamps[4]


def test_it_can_be_removed_and_the_catalogue_is_as_before(tmp_path: Path) -> None:
    before = registry.info("argos-en-vi")
    installation.install_local(package(tmp_path / "a.argosmodel"))
    lines: list[str] = []
    installation.install("argos-en-vi", lines.append)
    assert lines == ["argos-en-vi: was installed from a.argosmodel, digests verified"]
    installation.remove("argos-en-vi")
    assert registry.info("argos-en-vi") == before
    assert not registry.is_installed("argos-en-vi")


@pytest.mark.parametrize("damage", [b"weights" * 999 + b"weight!", b"weights" * 999, None])
def test_a_changed_file_is_noticed_at_load(tmp_path: Path, damage: bytes | None) -> None:
    installation.install_local(package(tmp_path / "a.argosmodel"))
    path = registry.folder("argos-en-vi") / "model" / "model.bin"
    path.unlink() if damage is None else path.write_bytes(damage)
    with pytest.raises(ModelError, match=r"model/model.bin (has|is missing).*Install it again from a\.argosmodel"):
        registry.verify("argos-en-vi")


def test_a_newer_package_takes_the_place_of_the_older(tmp_path: Path) -> None:
    installation.install_local(package(tmp_path / "old.argosmodel"))
    newer = PACKAGE | {f"{ROOT}/model/model.bin": b"better"}
    installation.install_local(package(tmp_path / "new.argosmodel", newer))
    assert (registry.folder("argos-en-vi") / "model" / "model.bin").read_bytes() == b"better"
    registry.verify("argos-en-vi")


def test_a_package_without_a_folder_and_an_unpacked_one_are_taken_too(tmp_path: Path) -> None:
    flat = {name.partition("/")[2]: content for name, content in PACKAGE.items()}
    installation.install_local(package(tmp_path / "flat.zip", flat), name="flat")
    with zipfile.ZipFile(tmp_path / "flat.zip") as made:
        made.extractall(tmp_path / "unpacked")
    installation.install_local(tmp_path / "unpacked", name="unpacked")
    for name in ("flat", "unpacked"):
        registry.verify(name)
        assert registry.info(name).languages == ("en>vi",)


def link(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../../outside", "outside its folder"),
        (f"{ROOT}/../../outside", "outside its folder"),
        ("/etc/outside", "outside its folder"),
        ("C:\\outside", "outside its folder"),
        (link(f"{ROOT}/model/link"), "is a link or encrypted"),
        (f"{ROOT}/metadata.json", "twice"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_harmful_zip_is_refused(tmp_path: Path, models: Path, name: str | zipfile.ZipInfo, reason: str) -> None:
    path = package(tmp_path / "a.argosmodel")
    with zipfile.ZipFile(path, "a") as made:
        made.writestr(name, "/etc/passwd")
    with pytest.raises(ModelError, match=rf"a\.argosmodel is refused: .*{reason}"):
        installation.install_local(path)
    assert list(models.iterdir()) == []
    assert not list(tmp_path.rglob("outside"))


def test_names_that_are_none_are_refused(tmp_path: Path, models: Path) -> None:
    content = package(tmp_path / "whole.zip", PACKAGE | {"é": "e"}).read_bytes()
    broken = tmp_path / "broken.argosmodel"
    broken.write_bytes(content.replace("é".encode(), b"\xff\xff"))
    with pytest.raises(ModelError, match=r"broken\.argosmodel is not a whole zip file"):
        installation.install_local(broken)
    nameless = tmp_path / "nameless.argosmodel"
    nameless.write_bytes(content.replace("é".encode(), b"\0\0"))
    with pytest.raises(ModelError, match=r"nameless\.argosmodel is refused: a file in it has no name"):
        installation.install_local(nameless)
    assert list(models.iterdir()) == []


def test_a_zip_bomb_is_refused(tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = package(tmp_path / "a.argosmodel", PACKAGE | {f"{ROOT}/model/zeros": bytes(5_000_000)})
    monkeypatch.setattr(archive, "MAX_BYTES", 4_000_000)
    with pytest.raises(ModelError, match="unpacked it would have more than"):
        installation.install_local(bomb)
    many = package(tmp_path / "b.argosmodel", PACKAGE | {f"{ROOT}/model/{n}": b"" for n in range(20)})
    monkeypatch.setattr(archive, "MAX_FILES", 20)
    with pytest.raises(ModelError, match="it has 26 files, more than 20"):
        installation.install_local(many)
    assert list(models.iterdir()) == []


def test_a_size_that_lies_is_noticed_while_unpacking(tmp_path: Path, models: Path) -> None:
    content = package(tmp_path / "a.argosmodel").read_bytes()
    true, lie = (7000).to_bytes(4, "little"), (70).to_bytes(4, "little")
    (tmp_path / "a.argosmodel").write_bytes(content.replace(true, lie))
    with pytest.raises(ModelError, match=r"larger than the package says|not a whole zip file"):
        installation.install_local(tmp_path / "a.argosmodel")
    assert list(models.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({f"{ROOT}/metadata.json": "{}"}, "missing required field"),
        ({f"{ROOT}/metadata.json": "["}, "cannot be understood"),
        ({f"{ROOT}/metadata.json": METADATA.replace("vi", "../x")}, "no language code"),
        ({f"{ROOT}/metadata.json": METADATA + " " * 70_000}, "more than 65536 bytes"),
        ({f"{ROOT}/model/model.bin": None}, r"no model/model\.bin"),
        ({f"{ROOT}/sentencepiece.model": None}, r"neither sentencepiece\.model nor bpe\.model"),
        ({f"{ROOT}/metadata.json": None}, r"no metadata\.json"),
        ({"another/file": "x", f"{ROOT}/metadata.json": None}, r"no metadata\.json"),
    ],
)
def test_what_is_no_argos_package_is_told_why(
    tmp_path: Path, change: dict[str, str | bytes | None], reason: str
) -> None:
    files = {name: content for name, content in (PACKAGE | change).items() if content is not None}
    with pytest.raises(ModelError, match=reason):
        installation.install_local(package(tmp_path / "a.argosmodel", files))


def test_a_truncated_package_is_refused(tmp_path: Path) -> None:
    path = package(tmp_path / "a.argosmodel", PACKAGE | {f"{ROOT}/model/model.bin": os.urandom(100_000)})
    content = path.read_bytes()
    path.write_bytes(content[:-1000])
    with pytest.raises(ModelError, match=r"a\.argosmodel is not a whole zip file"):
        installation.install_local(path)
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes(64) + content[middle + 64 :])
    with pytest.raises(ModelError, match=r"not a whole zip file: .*CRC"):
        installation.install_local(path)


@pytest.mark.parametrize("name", ["bergamot-en-pt", "whisper-base", "argos-vi-en", "nllb-200-600m"])
def test_the_name_of_another_model_is_not_given_away(tmp_path: Path, models: Path, name: str) -> None:
    with pytest.raises(ModelError, match=f"{name} is another model: give this one a name of its own with --name"):
        installation.install_local(package(tmp_path / "a.argosmodel"), name=name)
    assert list(models.iterdir()) == []


def test_a_package_with_the_official_digest_is_the_official_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = package(tmp_path / "whatever.argosmodel")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (known,) = [model for model in MODELS if model.name == "argos-en-vi"]
    official = replace(known, files=(ModelFile("official.argosmodel", digest, path.stat().st_size),))
    monkeypatch.setattr("tasks.models.catalogue.MODELS", (official,))
    assert installation.install_local(path) == "argos-en-vi"
    info = registry.info("argos-en-vi")
    assert (info.pinned, info.licence, info.installed) == ("catalogue", known.licence, True)
    registry.verify("argos-en-vi")


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"does not exist: give an \.argosmodel file"):
        installation.install_local(tmp_path / "nothing.argosmodel")


def test_the_first_installation_of_a_package_from_the_web_pins_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand = tmp_path / "folder" / "argos-en-pt"
    by_hand.mkdir(parents=True)
    noise = os.urandom(1_000_000)
    files = PACKAGE | {f"{ROOT}/metadata.json": METADATA.replace("vi", "pt"), f"{ROOT}/model/model.bin": noise}
    package(by_hand / "translate-en_pt-1_9.argosmodel", files)
    monkeypatch.setenv("MODELS_FOLDER", str(tmp_path / "folder"))
    monkeypatch.setenv("MODELS_OFFLINE", "1")
    assert registry.info("argos-en-pt").pinned == "at first installation"
    installation.install("argos-en-pt")
    assert registry.info("argos-en-pt").pinned == "here"
    registry.verify("argos-en-pt")
    (registry.folder("argos-en-pt") / "model" / "model.bin").write_bytes(b"swapped")
    with pytest.raises(ModelError, match=r"model/model\.bin has 7 bytes"):
        registry.verify("argos-en-pt")

    installation.remove("argos-en-pt")
    package(by_hand / "translate-en_pt-1_9.argosmodel", files | {f"{ROOT}/README.md": "another version"})
    with pytest.raises(ModelError, match="remove --forget argos-en-pt"):
        installation.install("argos-en-pt")
    installation.remove("argos-en-pt", forget=True)
    installation.install("argos-en-pt")
    registry.verify("argos-en-pt")


def test_a_package_for_other_languages_is_not_taken_for_the_one_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand = tmp_path / "folder" / "argos-en-pt"
    by_hand.mkdir(parents=True)
    package(by_hand / "translate-en_pt-1_9.argosmodel")
    monkeypatch.setenv("MODELS_FOLDER", str(tmp_path / "folder"))
    monkeypatch.setenv("MODELS_OFFLINE", "1")
    with pytest.raises(ModelError, match="argos-en-pt is refused: the package says that it translates en>vi"):
        installation.install("argos-en-pt")
    assert not registry.is_installed("argos-en-pt")
