"""What the people in a room are told about the ladder. Pure logic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.media.policy.ladder import Level, Reason, Rung
from app.media.policy.room import Dub, Room, Wants
from tasks.languages.pairs import ALWAYS

Payload = dict[str, Any]
"""level, reason, source, target, speaker, and for a missing translation what to install."""


def notices(
    room: Room,
    speaker: str,
    rung_of: Callable[[str, Dub], Rung],
    troubles: Mapping[Dub, Reason | None] | None = None,
    wants: Wants | None = None,
) -> dict[str, Payload]:
    """Key → payload of everything to be said about one speaker; `troubles` of the dubs included.

    Listeners are always told where their dub stands, readers only when their captions are affected. `wants` is what is
    wanted of the speaker, where that is not what is wanted of a voice.
    """
    meta = room.people[speaker]
    wants = wants or room.wants(speaker, meta)
    payloads: dict[str, Payload] = {}
    for dub in sorted(wants.dubs):
        source = room.source(speaker, dub.language)
        level, reason = rung_of(source, dub)
        trouble = (troubles or {}).get(dub) if level is Level.VOICE else None
        payloads[f"dub:{speaker}:{dub.label}"] = _payload(Rung(level, trouble or reason), source, dub.language, speaker)
    for target in sorted(wants.captions):
        source = target if target == meta.speak else room.source(speaker, target)
        best = Level.SOURCE_CAPTIONS if target == source else Level.TRANSLATED_CAPTIONS
        rung = rung_of(source, Dub(target)).capped(best)
        if rung.reason is not None:
            payloads[f"captions:{speaker}:{target}"] = _payload(rung, source, target, speaker)
    return payloads


def _payload(rung: Rung, source: str, target: str, speaker: str) -> Payload:
    payload = {
        "level": rung.level.label,
        "reason": rung.reason,
        "source": source,
        "target": target,
        "speaker": speaker,
    }
    if rung.reason == "no_translation":
        payload["install"] = " ".join(packages(source, target))
    return payload


def packages(source: str, target: str) -> list[str]:
    """Models to install so that a pair is translated, by way of English where it is neither of the two."""
    legs = [(source, target)] if "en" in (source, target) else [(source, "en"), ("en", target)]
    return [f"argos-{start}-{end}" for start, end in legs if (start, end) not in ALWAYS]
