"""The actor that tells administrators what there is to choose from."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Any

import dramatiq

from tasks import offers, registry
from tasks.actors import replies
from tasks.engines import choose
from tasks.engines.base import EngineError
from tasks.models import space
from tasks.wire import keys
from tasks.wire.administration import ModelInfo, Offer, Surveyed
from tasks.wire.broker import broker, store
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import from_payload
from tasks.wire.operator_choices import Kind
from tasks.wire.requests import Survey


@dramatiq.actor(queue_name=keys.BATCH, priority=keys.BATCH_PRIORITY, broker=broker, throws=(EngineError,))
def survey(payload: dict[str, Any]) -> None:
    """Answer a `Survey`."""
    message = from_payload(payload, Survey)
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
