"""Which models come by themselves, in which order, and where there is memory for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.models import lock, recommended
from tasks.models.recommended import GB, choices

BOTH = {"en>vi", "vi>en"}


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    monkeypatch.delenv("MOZILLA_MODELS", raising=False)
    return tmp_path


def names(wanted: set[str], *, drafts: bool = True) -> list[list[str]]:
    return [[model.name for model in choice.models] for choice in choices(wanted, drafts=drafts)]


def test_the_best_comes_first_and_only_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(BOTH) == [["argos-en-vi", "argos-vi-en"], ["draft-en-vi"]]
    assert names({"vi>en"}) == [["argos-vi-en"], ["draft-en-vi"]]
    assert names(BOTH, drafts=False) == [["argos-en-vi", "argos-vi-en"]]
    assert names({"en>pt"}) == names(set()) == []
    monkeypatch.setenv("MOZILLA_MODELS", "https://mirror.example")
    assert names(BOTH)[0] == ["mozilla-en-vi", "mozilla-vi-en"]
    assert recommended.pairs() == BOTH


def test_what_somebody_has_removed_is_not_recommended(models: Path) -> None:
    lock.note_removed(models, "draft-en-vi", is_so=True)
    assert names(BOTH) == [["argos-en-vi", "argos-vi-en"]]
    lock.note_removed(models, "draft-en-vi", is_so=False)
    assert ["draft-en-vi"] in names(BOTH)


@pytest.mark.parametrize(("limit", "memory"), [("2000000000\n", 2 * GB), ("max\n", None), (None, None)])
def test_a_container_has_what_it_may_use(
    models: Path, monkeypatch: pytest.MonkeyPatch, limit: str | None, memory: int | None
) -> None:
    monkeypatch.setattr(recommended, "CONTAINER", models / "memory.max")
    if limit is not None:
        (models / "memory.max").write_text(limit)
    machine = next(
        int(line.split()[1]) * 1024 for line in Path("/proc/meminfo").read_text().splitlines() if "MemTotal" in line
    )
    assert recommended.memory() == pytest.approx(memory or machine, rel=0.01)
