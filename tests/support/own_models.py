"""A models folder of the tests' own: the default models of this machine, and none that a person has installed beside.

What is installed decides which engine serves a pair, so that tests would see other engines on each machine.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from tasks.models.catalogue import MODELS
from tasks.wire.environment import TaskConfig

OWNER: Final = "JBC_TESTS_OWNER"
"""Set to the process that made the folder: pytest's own workers use it and leave it."""
PERSONAL: Final = (
    *("TRANSCRIBE_WITH", "TRANSLATE_WITH", "SPEAK_WITH", "GTTS_ENABLED", "LLM_URL", "LLM_MODEL", "LLM_API_KEY"),
    *("MODELS_FOLDER", "MODELS_OFFLINE", "MODELS_DISK_BUDGET", "MODEL_HUB", "ARGOS_PACKAGES"),
)
"""What a person may have chosen for themselves, and no test has asked for."""


def begin() -> None:
    """Make it, and have every process started from now on use it."""
    if OWNER in os.environ:
        return
    for name in PERSONAL:
        os.environ.pop(name, None)
    installed, own = TaskConfig().models_dir, Path(tempfile.mkdtemp(prefix="jbc-test-models-"))
    for name in (model.name for model in MODELS if model.default):
        for file in (path for path in (installed / name).rglob("*") if path.is_file()):
            link = own / file.relative_to(installed)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)
    os.environ |= {OWNER: str(os.getpid()), "MODELS_DIR": str(own)}


def end() -> None:
    """Remove it where this process has made it."""
    if os.environ.get(OWNER) == str(os.getpid()):
        shutil.rmtree(os.environ["MODELS_DIR"])
