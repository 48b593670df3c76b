"""Every Redis key, channel and stream of ours, with what lies there and for how long."""

from __future__ import annotations

from typing import Final

QUEUES: Final = ("speak", "translate", "stt")
"""The Dramatiq queues, the most urgent first."""

CAPTIONS: Final = "jbc:captions"
"""Stream of final captions (field "c": JSON `messages.Caption`), in the order all readers see them."""

CAPTIONS_KEPT: Final = 20_000
"""About how many entries the stream keeps; the database has the rest."""

PCM_TTL: Final = 600
"""Seconds that a segment's audio waits for a worker. It bounds how long workers may be down without loss."""

CLIP_TTL: Final = 60
"""Seconds that a clip waits for playout; a clip older than this would be dropped as too late anyway."""

ONCE_TTL: Final = 3_600
"""Seconds during which a final caption of the same segment and language is refused as a repetition."""

HEARTBEAT_EVERY: Final = 0.25
"""Seconds between a worker's heartbeats."""

HEARTBEAT_TTL: Final = 5
"""Seconds until a silent worker's last heartbeat is forgotten altogether."""


def pcm(segment: str, revision: int) -> str:
    """Mono s16le PCM at `messages.STT_RATE` of one ask for a segment."""
    return f"jbc:pcm:{segment}:{revision}"


def hypothesis(segment: str) -> str:
    """JSON of the newest hypothesis of an open segment (`tasks.hypothesis`)."""
    return f"jbc:hyp:{segment}"


def newest_revision(segment: str) -> str:
    """Decimal number of the newest ask for a segment, so that older asks can be dropped."""
    return f"jbc:rev:{segment}"


def clip(segment: str, language: str, part: int) -> str:
    """Mono s16le PCM of one clause of a clip."""
    return f"jbc:clip:{segment}:{language}:{part}"


def once(segment: str, language: str) -> str:
    """Id of the actor message that published the final caption of this segment and language, once one has."""
    return f"jbc:once:{segment}:{language}"


def spoken(segment: str, language: str) -> str:
    """Id of the one message that speaks this segment in this language, for `ONCE_TTL`."""
    return f"jbc:spoken:{segment}:{language}"


def attempts(message: str) -> str:
    """How often workers began an actor message, so that one that kills them is given up (`ONCE_TTL`)."""
    return f"jbc:attempts:{message}"


def captions_channel(room: str) -> str:
    """Pub/sub: `<stream id or "-" for interims><space><JSON Caption>` for one room, live."""
    return f"jbc:captions:{room}"


def clips_channel(bridge: str) -> str:
    """Pub/sub: JSON `messages.ClipEvent` for the speakers that one bridge taps."""
    return f"jbc:clips:{bridge}"


def heartbeat(worker: str) -> str:
    """JSON `messages.Heartbeat`, expiring after `HEARTBEAT_TTL`."""
    return f"jbc:worker:{worker}"


HEARTBEATS: Final = "jbc:worker:*"
"""Pattern of all heartbeat keys."""
