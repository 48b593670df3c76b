"""`jbcalling models`, as somebody at a terminal uses it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.commands.cli import main
from app.commands.progress import Bar, Lines
from tasks.models import measured
from tests.support.hub import hub


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models folder for each test."""
    monkeypatch.setenv("MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


def jbcalling(*words: str) -> Result:
    return CliRunner().invoke(main, ["models", *words], catch_exceptions=False)


def package(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("en_vi/metadata.json", json.dumps({"from_code": "en", "to_code": "vi"}))
        made.writestr("en_vi/sentencepiece.model", "pieces")
        made.writestr("en_vi/model/model.bin", "weights")
    return path


def test_a_package_is_installed_listed_verified_and_removed(tmp_path: Path) -> None:
    path = package(tmp_path / "mine.argosmodel")
    installed = jbcalling("install", str(path))
    assert installed.output == "argos-en-vi: installed from mine.argosmodel, digests recorded; en>vi\n"
    (line,) = [line for line in jbcalling("list").output.splitlines() if line.startswith("argos-en-vi")]
    assert line.split()[1:3] == ["en>vi", "installed"]
    assert "pinned here on first install" in line
    assert jbcalling("verify", "argos-en-vi").output == "argos-en-vi: whole\n"
    assert jbcalling("remove", "argos-en-vi").output.startswith("argos-en-vi: removed")
    after = jbcalling("verify", "argos-en-vi")
    assert "it is not installed. Install it with `jbcalling models install argos-en-vi`" in after.output
    assert after.exit_code == 1


def test_a_model_comes_from_a_hub_with_progress_and_stays_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    repo = "gaudi/opus-mt-en-vi-ctranslate2"
    sizes = {
        "config.json": 20,
        "shared_vocabulary.json": 30,
        "source.spm": 40,
        "target.spm": 40,
        "model.bin": 2_000_000,
    }
    with hub() as server:
        monkeypatch.setenv("MODEL_HUB", server.url)
        listed = [{"type": "file", "path": name, "size": size} for name, size in sizes.items()]
        server.put(f"/api/models/{repo}/tree/main", json.dumps(listed).encode())
        for name in sizes.keys() - {"model.bin"}:
            server.put(f"/{repo}/resolve/main/{name}", bytes(sizes[name]))
        missing = jbcalling("install", "opus-mt-en-vi")
        assert missing.exit_code == 1
        assert "model.bin: it answered 404, there is no such file there" in missing.output
        server.put(f"/{repo}/resolve/main/model.bin", bytes(2_000_000))
        done = jbcalling("install", "opus-mt-en-vi")
        assert done.exit_code == 0, done.output
        assert "opus-mt-en-vi: model.bin: 2 of 2 MB" in done.output
        assert "model.bin is pinned here from now on, sha256" in done.output
        shown = jbcalling("show", "opus-mt-en-vi").output
    assert "pinned here on first install, sha256" in shown
    assert f"sources: hub {server.url}/gaudi/opus-mt-en-vi-ctranslate2" in shown


def test_the_long_list_shows_what_each_costs_here() -> None:
    measured.record("hibari-en", load_s=0.31, memory_mb=20, speed="0.007 of real time")
    measured.record("espeak-ng", load_s=0.01, memory_mb=1, speed="0.005 of real time")
    listed = jbcalling("list", "--long").output
    assert "loads in 0.3 s, +20 MB, 0.007 of real time (measured here 2" in listed
    assert "espeak-ng          no model of its own" in listed
    assert "not measured on this machine yet" in listed


def test_licences_that_bind_are_told_in_the_list() -> None:
    listed = jbcalling("list").output
    assert listed.count("may NOT be used commercially") == 2
    assert listed.count("licensed for research") == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["install"], "Name a model (see `jbcalling models list`) or give --default."),
        (["install", "nonsense"], "there is no model 'nonsense': choose one of whisper-base"),
        (["install", "./nothing.argosmodel"], "does not exist: give an .argosmodel file"),
        (["remove", "hibari-en"], "part of the package hibari-tts"),
        (["show", "nonsense"], "there is no model 'nonsense'"),
    ],
)
def test_a_mistake_is_answered_with_what_to_do(words: list[str], said: str) -> None:
    result = jbcalling(*words)
    assert said in result.output
    assert result.exit_code != 0


def test_a_log_gets_a_line_for_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    for done in range(0, 100_000_001, 250_000):
        lines.meter("model.bin", done, 100_000_000)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 10
    assert said[-1] == "model.bin: 100 of 100 MB"


def test_a_terminal_gets_one_bar_and_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar()
    for done in range(0, 100_000_001, 250_000):
        bar.meter("model.bin", done, 100_000_000)
    bar.line("installed")
    said = capsys.readouterr().out
    assert said.count("\r") == 101, "drawn once a percent"
    assert said.endswith(f"\rmodel.bin [{'#' * 30}] 100 % of 100 MB\ninstalled\n")
