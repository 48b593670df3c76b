"""The actor that tells administrators what there is to choose from."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

from tasks import offers, registry
from tasks.actors import replies
from tasks.broker import store
from tasks.engines import choose
from tasks.models import space
from tasks.wire.administration import Kind, ModelInfo, Offer, Surveyed
from tasks.wire.environment import TaskConfig
from tasks.wire.requests import Survey


def survey(message: Survey) -> None:
    """Answer with what is installed on this machine, and what could serve what."""
    if not replies.awaited(store(), message):
        return
    folder = TaskConfig().models_dir
    answer = Surveyed(
        host=socket.gethostname(),
        models=[_shown(one) for one in registry.list_models()],
        offers=_offers(),
        taken=space.taken(folder),
        free=shutil.disk_usage(_existing(folder)).free,
    )
    replies.send(store(), message.request, answer)


def _shown(one: registry.ModelInfo) -> ModelInfo:
    figures = one.measured
    return ModelInfo(
        name=one.name,
        kind=one.kind,
        languages=list(one.languages),
        licence=one.licence,
        caution=one.caution,
        origin=one.origin,
        size=one.size,
        bundled_with=one.bundled_with,
        installed=one.installed,
        default=one.default,
        pinned=one.pinned,
        load_s=figures.load_s if figures else None,
        memory_mb=figures.memory_mb if figures else None,
        speed=figures.speed if figures else "",
    )


def _offers() -> list[Offer]:
    kinds: dict[Kind, list[choose.Offer]] = {
        "stt": offers.hearing(),
        "translate": offers.translating(),
        "speak": offers.speaking(),
    }
    return [
        Offer(kind=kind, name=one.name, serves=sorted(one.serves)) for kind, found in kinds.items() for one in found
    ]


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return folder if folder.exists() else _existing(folder.parent)
