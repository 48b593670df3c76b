"""The engines that there are: one line each. `docs/adding-an-engine.md` says how to add one."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Final

from tasks.engines.description import Description

ENGINES: Final = (
    "tasks.engines.stt.whisper",
    "tasks.engines.stt.viet_asr",
    "tasks.engines.translation.bergamot",
    "tasks.engines.translation.envit5",
    "tasks.engines.translation.argos",
    "tasks.engines.translation.opus_mt",
    "tasks.engines.translation.nllb",
    "tasks.engines.translation.pivot",
    "tasks.engines.translation.llm.endpoint",
    "tasks.engines.translation.llm.local",
    "tasks.engines.tts.hibari",
    "tasks.engines.tts.piper",
    "tasks.engines.tts.kokoro",
    "tasks.engines.tts.espeak",
    "tasks.engines.tts.gtts",
    "tasks.engines.tts.xtts",
)
"""Modules with a `DESCRIPTION`."""


@cache
def descriptions(engines: tuple[str, ...] = ENGINES) -> tuple[Description, ...]:
    """What these engines say of themselves; imports none of their libraries.

    Raises:
        TypeError: a module has no `DESCRIPTION`.
        ImportError: there is no such module.
    """
    return tuple(_description(engine) for engine in engines)


def _description(engine: str) -> Description:
    found = getattr(importlib.import_module(engine), "DESCRIPTION", None)
    if not isinstance(found, Description):
        raise TypeError(f"{engine} describes no engine: it needs a DESCRIPTION")
    return found
