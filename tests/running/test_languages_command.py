"""`jbcalling languages`: what works in which language, and the one command for what does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.commands.cli import main
from tasks import installation
from tasks.languages import LANGUAGES
from tests.support import argos_package

ROW = re.compile(r"^(\w\w)  (\w+) +heard by (\S+); translated into ([\w ]+), from ([\w ]+); spoken by (.+)$")


def rows() -> dict[str, tuple[str, ...]]:
    """Language → heard by, into, from, spoken by, and the command for what is missing."""
    told = CliRunner().invoke(main, ["languages"], catch_exceptions=False).output.splitlines()
    found: dict[str, tuple[str, ...]] = {}
    for line in told:
        if row := ROW.match(line):
            code, found[row[1]] = row[1], (*row.groups()[2:], "")
        else:
            found[code] = (*found[code][:-1], line.strip())
    return found


@pytest.mark.unit
def test_each_language_has_a_row_and_a_command_for_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.delenv("MOZILLA_MODELS", raising=False)
    found = rows()
    assert list(found) == list(LANGUAGES)
    heard, into, out_of, spoken, command = found["es"]
    assert (heard, into, out_of, spoken) == ("nothing", "nothing", "nothing", "espeak-ng")
    install = "jbcalling models install"
    assert command == f"missing: set MOZILLA_MODELS, then `{install} whisper-base mozilla-en-es mozilla-es-en`"
    assert found["vi"][3] == "espeak-ng, hardly understood"
    assert found["vi"][4].endswith("install viet-asr-streaming argos-en-vi argos-vi-en piper-vi-vais1000`")
    monkeypatch.setenv("MOZILLA_MODELS", "http://mirror.example")
    assert rows()["vi"][4].startswith(f"missing: `{install} viet-asr-streaming mozilla-en-vi mozilla-vi-en")


@pytest.mark.unit
def test_what_is_installed_is_named_and_no_longer_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELS_DIR", str(tmp_path / "models"))
    for source, target in (("en", "es"), ("es", "en")):
        installation.install_local(argos_package.build(tmp_path / "made", source, target))
    found = rows()
    assert found["es"][1:3] == ("en", "en")
    assert "es" in found["en"][1].split()
    assert found["es"][4] == "missing: `jbcalling models install whisper-base`"
