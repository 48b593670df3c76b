"""What a model made of a direction's prompt, on disk, so that a worker that starts need not read it again.

Reading the prompts takes a dozen seconds on two idle cores and minutes on busy ones; what comes of it, 16 MB a
direction, is loaded in a fraction of one. llama.cpp compares the tokens: of a prompt that is another one now only
what is the same counts, and the rest is read.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import os
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx

ENDING: Final = ".slot"
TIMEOUT: Final = 60.0
"""Seconds that the library may take to write or read one file on a busy machine."""

logger = logging.getLogger(__name__)


class KeptPrompts:
    """The files of one model. What cannot be kept or loaded is read anew, so that nothing here raises."""

    @classmethod
    def within(cls, folder: Path, model: Path) -> KeptPrompts | None:
        """Those of `model` in a folder, which is made; None where nothing can be written there."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            return None
        # It may be there and be somebody else's, or on a disk that this process only reads.
        return cls(folder, model) if os.access(folder, os.R_OK | os.W_OK | os.X_OK) else None

    def __init__(self, folder: Path, model: Path) -> None:
        """Keep them in `folder`, those of `model` apart from those of a file that lay there before."""
        self.folder = folder
        seen = model.stat()
        version = importlib.metadata.version("xllamacpp")
        made_from = repr((str(model.resolve()), seen.st_size, seen.st_mtime_ns, version))
        self._key = hashlib.sha256(made_from.encode()).hexdigest()[:16]
        self._model = model.parent.name

    def load(self, address: str, key: str, slot: int) -> bool:
        """Have the library at `address` take over what was kept of a slot; whether it did."""
        name = self._name(slot)
        return (self.folder / name).is_file() and _act(address, key, slot, "restore", name)

    def keep(self, address: str, key: str, slot: int) -> None:
        """Have it write down what it has read in a slot, in the place of what was kept before."""
        scratch = self.folder / f"{uuid4().hex}.part"
        try:
            if _act(address, key, slot, "save", scratch.name):
                scratch.replace(self.folder / self._name(slot))
                for old in self.folder.glob(f"{self._model}-*-{slot}{ENDING}"):
                    if old.name != self._name(slot):
                        old.unlink(missing_ok=True)
            scratch.unlink(missing_ok=True)
        except OSError as error:  # a full disk, or a library that says that it has saved what it could not write
            logger.warning("What was read of a prompt could not be kept: %s", error)

    def _name(self, slot: int) -> str:
        return f"{self._model}-{self._key}-{slot}{ENDING}"


def _act(address: str, key: str, slot: int, action: str, name: str) -> bool:
    try:
        done = httpx.post(
            f"{address}/slots/{slot}",
            params={"action": action},
            json={"filename": name},
            headers={"Authorization": f"Bearer {key}"},
            timeout=TIMEOUT,
            trust_env=False,
        )
    except httpx.HTTPError:
        return False
    return done.is_success
