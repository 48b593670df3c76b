"""Models that the catalogue offers beside the default ones, from the wheels that it names."""

from __future__ import annotations

from pathlib import Path

from tasks.models import install
from tasks.models.spec import Model
from tasks.wire.environment import TaskConfig

_THERE: set[str] = set()
"""Names of those that this process has seen whole."""


def installed(model: Model) -> Path:
    """The folder of a model, installed apart from the models that workers load, once for all checkouts."""
    models = TaskConfig().cache_dir / "test-models"
    if model.name not in _THERE:
        install.install(model, models, model.sources, print)
        _THERE.add(model.name)
    return models / model.name


def beside_the_default_ones(model: Model, models: Path) -> Path:
    """A new folder `models` with the tests' own models and this one, for workers to load."""
    models.mkdir()
    for folder in (*TaskConfig().models_dir.iterdir(), installed(model)):
        (models / folder.name).symlink_to(folder)
    return models
