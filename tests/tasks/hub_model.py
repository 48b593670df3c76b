"""A model on the hub of `tests.support.hub`, and its installation."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

from tasks.models import install as installing
from tasks.models.hub import HubSource, Patience
from tasks.models.spec import Model, ModelFile, Source
from tests.support.hub import Hub

REVISION = "0123abc"
BASE = f"/somebody/some-model/resolve/{REVISION}"
WEIGHTS = random.Random(1).randbytes(2_999_999) + b"."
QUICK = Patience(connect=0.3, read=0.3, pause=0)


def model(*, pinned: bool = True, size: int = len(WEIGHTS), patience: Patience = QUICK) -> Model:
    digest = hashlib.sha256(WEIGHTS).hexdigest() if pinned else None
    source = HubSource("somebody/some-model", REVISION, {"model.bin": "deep/weights.bin"}, patience)
    files = (ModelFile("model.bin", digest, size),)
    return Model("test-model", "stt", "whisper-ct2", ("en",), "CC0-1.0", "nowhere", files, (source,))


def unlisted(*sources: Source) -> Model:
    """A model of several files whose list nobody here has seen."""
    asked = sources or (HubSource("somebody/some-model", REVISION, folder="deep", patience=QUICK),)
    return Model("test-model", "stt", "whisper-ct2", ("en",), "CC0-1.0", "nowhere", (), asked, about=3_000_000)


def serve_listed(hub: Hub, **files: bytes) -> None:
    """Serve files of the folder "deep", and the list of it as the hub writes it."""
    entries: list[dict[str, object]] = [{"type": "directory", "oid": "0" * 40, "size": 0, "path": "deep/other"}]
    for name, data in ((name.replace("_", "."), data) for name, data in files.items()):
        entry: dict[str, object] = {"type": "file", "oid": "0" * 40, "size": len(data), "path": f"deep/{name}"}
        if len(data) > 1000:
            entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
        entries.append(entry)
        hub.put(f"{BASE}/deep/{name}", data)
    hub.put(f"/api/models/somebody/some-model/tree/{REVISION}/deep", json.dumps(entries).encode())


def install(which: Model, models: Path) -> list[str]:
    lines: list[str] = []
    installing.install(which, models, which.sources, lines.append, lambda *_: None)
    return lines


def content(models: Path) -> bytes:
    return (models / "test-model" / "model.bin").read_bytes()
