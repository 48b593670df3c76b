"""How much memory a worker's unit allows it, from the models that are installed here and may come by themselves."""

from __future__ import annotations

import math
from typing import Final

from tasks import installation, registry
from tasks.models import recommended
from tasks.models.info import ModelInfo
from tasks.settings import MODELS_AUTO

BASE_GB: Final = 3.0
"""With the default models: 1.1 GB were measured in a call (docs/measurements/servers.md), and a leak is to be seen."""
MEMORY_BY_SIZE: Final = 1.5
"""Memory of a model that no worker has measured here, by the size of its files: all of it is loaded, and worked on."""
STEP_GB: Final = 0.5


def of_worker() -> str:
    """MemoryMax of one worker process, as systemd writes it: for the models of the folder that this command sees."""
    here = [model for model in registry.list_models() if model.installed]
    extra = sum(_bytes(model) for model in here if not model.default)
    translated = {model.name for model in here} & {name for way in recommended.WAYS for name in way.models}
    if not translated and MODELS_AUTO() and not installation.offline():
        extra += max(way.worker for way in recommended.WAYS)
    steps = math.ceil((BASE_GB + extra / recommended.GB) / STEP_GB)
    return f"{round(steps * STEP_GB * 1024)}M"


def _bytes(model: ModelInfo) -> float:
    if model.measured and model.measured.memory_mb:
        return model.measured.memory_mb * 1e6
    ways = (way.worker for way in recommended.WAYS if model.name in way.models)
    return next(filter(None, ways), MEMORY_BY_SIZE * model.size)
