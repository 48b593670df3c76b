"""A model on the hub of `tests.support.hub`, and its installation."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from tasks.models import install as installing
from tasks.models.spec import Model, ModelFile
from tasks.models.web import HubSource, Patience

REVISION = "0123abc"
BASE = f"/somebody/some-model/resolve/{REVISION}"
WEIGHTS = random.Random(1).randbytes(2_999_999) + b"."
QUICK = Patience(connect=0.3, read=0.3, pause=0)


def model(*, pinned: bool = True, size: int = len(WEIGHTS), patience: Patience = QUICK) -> Model:
    digest = hashlib.sha256(WEIGHTS).hexdigest() if pinned else None
    source = HubSource("somebody/some-model", REVISION, {"model.bin": "deep/weights.bin"}, patience)
    files = (ModelFile("model.bin", digest, size),)
    return Model("test-model", "stt", "whisper-ct2", ("en",), "CC0-1.0", "nowhere", files, (source,))


def install(which: Model, models: Path) -> list[str]:
    lines: list[str] = []
    installing.install(which, models, which.sources, lines.append, lambda *_: None)
    return lines


def content(models: Path) -> bytes:
    return (models / "test-model" / "model.bin").read_bytes()
