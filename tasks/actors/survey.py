"""The actor that tells administrators what there is to choose from."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

from tasks import offers, registry
from tasks.actors import replies
from tasks.broker import store
from tasks.engines.kinds import Kind
from tasks.models import space
from tasks.wire.administration import ModelInfo, Offer, Surveyed
from tasks.wire.environment import TaskConfig
from tasks.wire.requests import Survey


def survey(message: Survey) -> None:
    """Answer with what is installed on this machine, and what could serve what."""
    if not replies.awaited(store(), message):
        return
    folder = TaskConfig().models_dir
    answer = Surveyed(
        host=socket.gethostname(),
        models=[_shown(model) for model in registry.list_models()],
        offers=_offers(),
        taken=space.taken(folder),
        free=shutil.disk_usage(_existing(folder)).free,
    )
    replies.send(store(), message.request, answer)


def _shown(model: registry.ModelInfo) -> ModelInfo:
    figures = model.measured
    return ModelInfo(
        name=model.name,
        kind=model.kind,
        languages=list(model.languages),
        licence=model.licence,
        caution=model.caution,
        origin=model.origin,
        size=model.size,
        bundled_with=model.bundled_with,
        installed=model.installed,
        default=model.default,
        pinned=model.pinned,
        load_s=figures.load_s if figures else None,
        memory_mb=figures.memory_mb if figures else None,
        speed=figures.speed if figures else "",
    )


def _offers() -> list[Offer]:
    return [
        Offer(kind=kind.wire, name=offer.name, serves=sorted(offer.serves))
        for kind in Kind
        for offer in offers.listed(kind)
    ]


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return folder if folder.exists() else _existing(folder.parent)
