"""What `make update` takes the guide to say, and how it counts what went by without captions."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from app import migrate
from app.supervisor.runner import ROOT
from ops.harness import guide, versions
from ops.harness.captions import caption
from ops.harness.finals import Finals
from ops.measure.machines.updating import sections
from ops.measure.update import LOOK_UP, PROGRAMS, Span, uncovered
from tasks.wire.messages import Timeline

WORKERS = ["systemctl restart jbcalling-worker@1", "systemctl restart jbcalling-worker@2"]


def told(heading: str, version: str = "HEAD") -> list[str]:
    (code,) = guide.blocks("operations.md", heading)
    return [" ".join(words) for words in guide.commands(code.replace("v0.1.0", version), PROGRAMS, LOOK_UP)]


def test_the_guide_restarts_workers_before_the_edge() -> None:
    assert told("Updating") == [
        *("cd /opt/jbcalling", "git pull", "make setup", *WORKERS),
        "systemctl restart jbcalling-web jbcalling-bridge",
    ]


def test_the_guide_goes_back_with_the_newer_code_and_while_web_is_stopped() -> None:
    if subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True).returncode:
        pytest.skip("this checkout has no history")
    assert told("Going back") == [
        *("jbcalling migrations", "cd /opt/jbcalling", "git fetch --tags", "systemctl stop jbcalling-web"),
        *(f"jbcalling migrations back {migrate.newest()}", "git checkout HEAD", "make setup"),
        *("systemctl start jbcalling-web", "systemctl restart jbcalling-bridge", *WORKERS),
    ]


def test_on_several_machines_every_worker_and_every_bridge_has_its_turn() -> None:
    if subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True).returncode:
        pytest.skip("this checkout has no history")
    restarts = {
        direction: [
            f"{step.host} {how} {' '.join(units)}"
            for step in steps
            for program, how, *units in step.commands
            if program == "systemctl"
        ]
        for direction, steps in sections("HEAD").items()
    }
    assert restarts == {
        "forward": [
            "worker-2 restart jbcalling-worker@1",
            "worker-3 restart jbcalling-worker@1",
            "edge restart jbcalling-web jbcalling-bridge",
            "worker-3 restart jbcalling-bridge",
        ],
        "back": [
            "edge stop jbcalling-web",
            "edge start jbcalling-web",
            "edge restart jbcalling-bridge",
            "worker-3 restart jbcalling-bridge",
            "worker-3 restart jbcalling-worker@1",
            "worker-2 restart jbcalling-worker@1",
        ],
    }


def test_a_clone_of_the_older_version_is_pulled_to_this_commit(tmp_path: Path) -> None:
    if subprocess.run(["git", "rev-parse", "HEAD~1"], capture_output=True).returncode:
        pytest.skip("this checkout has no history")

    def at(folder: Path) -> str:
        return subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True).stdout.decode()

    (clone,) = versions.clones("HEAD", tmp_path, ["edge"]).values()
    assert (clone / ".venv").exists()
    subprocess.run(["git", "reset", "--quiet", "--hard", "HEAD~1"], cwd=clone, check=True)
    subprocess.run(["git", "pull", "--quiet"], cwd=clone, check=True)
    assert at(clone) == at(ROOT)


def test_speech_that_no_caption_covers_is_counted_once() -> None:
    def heard(number: int, began: float, ended: float) -> None:
        timeline = Timeline(speech_start=began, speech_end=ended, closed=ended)
        one = caption("room", str(number), "words", timeline=timeline)
        finals[one.segment, one.language] = one

    finals: Finals = {}
    spoken = [Span(0.0, 10.0), Span(11.0, 20.0)]
    assert uncovered(spoken, finals, 0.0, 20.0) == 19.0
    heard(1, 1.0, 4.0)
    heard(2, 3.0, 9.0)
    assert uncovered(spoken, finals, 0.0, 20.0) == pytest.approx(1.0 + 1.0 + 9.0)
    heard(3, 11.0, 20.0)
    assert uncovered(spoken, finals, 0.0, 20.0) == pytest.approx(2.0)
    assert uncovered(spoken, finals, 2.0, 9.5) == pytest.approx(0.5)
