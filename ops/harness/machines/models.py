"""The models of this machine as hosts see them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from ops.harness.machines.host import ROOT, Host
from tasks.wire.environment import TaskConfig


def needed_folders() -> list[Path]:
    """What processes run from, wherever that is."""
    tools = [(ROOT / ".tools/bin" / name).resolve().parent for name in ("node", "mediasoup-worker")]
    models = [model.resolve() for model in TaskConfig().models_dir.iterdir()]
    return [ROOT, Path(sys.base_prefix), *tools, *models]


def show_models(host: Host) -> None:
    """The machine's models, as if they had been installed on the host; what workers measure of them is its own."""
    here, there = TaskConfig().models_dir, host.path("/var/cache/jbcalling/models")
    there.mkdir(parents=True)
    host.path("/var/cache/jbcalling/prompts").mkdir()
    for model in here.iterdir():
        if model.name == ".measured":
            shutil.copytree(model, there / model.name)
        else:
            (there / model.name).symlink_to(model.resolve())
