"""What gives way next, part by part: arithmetic on the settings and on what `make fanout` measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from ops.capacity.model import SEGMENTER, Talk
from tasks import keys
from tasks.messages import STT_RATE

FANOUT: Final = Path(__file__).resolve().parents[2] / "var" / "fanout.json"
PLAIN_PORTS: Final = 1_000
"""SFU_PLAIN_PORT_MIN to _MAX: one for each tap of a voice and one for each dub."""
SPEAKING: Final = 0.77
"""Share of the time in which somebody speaks: 5 s of speech, 1.5 s of silence."""
REDIS_BYTES: Final = 512 * 2**20
"""maxmemory of our own server."""
CACHES: Final = (32 + 128) * 2**20
"""CACHE_TRANSLATION_MB and CACHE_AUDIO_MB."""
CLIP_RATE: Final = 24_000
UTTERANCE: Final = Talk().utterance
CAPTIONS: Final = 2.5
"""Captions of an utterance that a reader is sent: its final, its translation where it is one, and interims."""


def rows(speakers: int) -> list[tuple[str, float, str]]:
    """Part, rooms that it holds, and why."""
    ports = PLAIN_PORTS / (2 * speakers)
    # Asks replace one another: of each utterance one copy of its audio stays until after it has been transcribed.
    speech = SPEAKING * STT_RATE * 2 * (UTTERANCE + keys.PCM_DONE_TTL)
    clips = SPEAKING * CLIP_RATE * 2 * keys.CLIP_TTL
    memory = (REDIS_BYTES - CACHES) / (speech + clips)
    messages = SPEAKING / UTTERANCE * (1 + UTTERANCE / SEGMENTER.interim_every + 3)
    found = [
        ("SFU's plain ports", ports, f"{2 * speakers} of {PLAIN_PORTS} a room; widen SFU_PLAIN_PORT_MIN/_MAX"),
        ("Redis memory", memory, f"{(speech + clips) / 2**20:.0f} MB a room while people speak; raise maxmemory"),
        ("Redis commands", 50_000 / (40 * messages), "about 40 commands a message, 50,000 a second of one core"),
    ]
    if FANOUT.exists():
        calm = json.loads(FANOUT.read_text())["steady"]
        events = calm["events"] / calm["seconds"] / calm["web_processor_share"]
        per_room = speakers * SPEAKING / UTTERANCE * CAPTIONS
        found.append(("web's captions", events / per_room, f"{events:.0f} events a second of one core (make fanout)"))
    return sorted(found, key=lambda row: row[1])


def table() -> str:
    """For rooms of two and of four speakers, the first to give way first."""
    lines = [f"{'next limit':<22}{'rooms':>8}  why"]
    for speakers in (2, 4):
        lines += [f"{f'{name}, {speakers} speakers':<34}{room:>8.0f}  {why}" for name, room, why in rows(speakers)]
    return "\n".join(lines)
