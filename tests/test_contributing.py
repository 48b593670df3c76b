"""CONTRIBUTING.md leads to what is there, and the version is one."""

from __future__ import annotations

import re
import tomllib

import pytest
from click.testing import CliRunner

from app import __version__
from app.commands.cli import main
from app.speech_api.routes import openapi_config
from ops.commands import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text()
QUOTED = re.compile(r"`((?:app|docs|migrations|ops|static|tasks|templates|tests)\b[\w./-]*)[^`]*`")
LINKED = re.compile(r"\]\(([^):]+)\)")
PATHS = sorted({*QUOTED.findall(PAGE), *LINKED.findall(PAGE)})


@pytest.mark.parametrize("path", PATHS)
def test_every_path_it_names_is_there(path: str) -> None:
    assert (ROOT / path).exists() or (ROOT / path).with_suffix(".py").exists()


def test_each_of_at_least_twelve_changes_opens_at_most_two_files() -> None:
    rows = [line.split("|") for line in PAGE.splitlines() if re.match(r"\| (?!to change)", line)]
    assert len(rows) >= 12
    assert all(1 <= len(re.findall(r"`[^`]+`", row[2])) <= 2 for row in rows)


def test_the_version_is_told_from_one_place_and_has_its_changes_written_down() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "app.__version__"}
    assert __version__ in CliRunner().invoke(main, ["--version"]).output
    assert openapi_config().version == __version__
    newest = re.search(r"^## \[([^]]+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest
    assert newest[1] == __version__
