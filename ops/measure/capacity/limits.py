"""What gives way next, part by part: arithmetic on the settings and on what `make load` and `make fanout` measured."""

from __future__ import annotations

import json
import math
import statistics
from pathlib import Path
from typing import Any, Final, NamedTuple

from app.captions.feed_limits import FeedLimits
from ops.measure.capacity.speech import SEGMENTER, Talk
from ops.measure.figures import VAR
from tasks.engines.stt.whisper.certainty import Policy
from tasks.wire import keys
from tasks.wire.messages import STT_RATE

PLAIN_PORTS: Final = 1_000
"""SFU_PLAIN_PORT_MIN to _MAX: one for each tap of a voice and one for each dub."""
MAX_ROOMS: Final = 200
"""SFU_MAX_ROOMS."""
TRACK_CORE_SHARE: Final = 0.001
"""Share of a core that a voice takes for each that hears it (docs/measurements/sfu.md)."""
MAX_CORE_SHARE: Final = 0.7
"""Share of a core beyond which sound is no longer on time."""
SPEAKING_SHARE: Final = Talk().utterance / (Talk().utterance + Talk().pause)
"""Share of the time in which somebody speaks."""
REDIS_BYTES: Final = 512 * 2**20
"""maxmemory of our own server."""
CACHE_BYTES: Final = (32 + 128) * 2**20
"""CACHE_TRANSLATION_MB and CACHE_AUDIO_MB."""
REDIS_COMMANDS_A_SECOND: Final = 50_000
"""A second, of one core."""
COMMANDS_A_MESSAGE: Final = 40
"""For each actor message."""
CLIP_RATE_HZ: Final = 24_000
UTTERANCE_SECONDS: Final = Talk().utterance
CLAUSE_SECONDS: Final = 1.3
"""Of speech, after which a translation grows: two to four words."""
CAPTIONS_AN_UTTERANCE: Final = 2 + UTTERANCE_SECONDS / Policy().every + UTTERANCE_SECONDS / CLAUSE_SECONDS
"""Captions of an utterance that a reader is sent: its final and that of its translation, and as often as they grow."""
PEOPLE: Final = (2, 3, 4)
"""People in a room."""
MANY_ROOMS: Final = 10_000


class Limit(NamedTuple):
    """One part, and when it is full."""

    part: str
    rooms: dict[int, float]
    """People in a room → rooms that one holds."""
    why: str
    becomes: str
    """What is done about it where there are very many rooms."""


def limits(var: Path = VAR) -> list[Limit]:
    """Every part but the workers, the first to give way in rooms of two first."""
    feeds = Limit(
        "`web`, open feeds",
        {people: FeedLimits().total / people for people in PEOPLE},
        f"`FEEDS_TOTAL`: {FeedLimits().total:,} of one process",
        "several behind a balancer",
    )
    return sorted([*_sfu(), *_redis(), feeds, *_measured(var)], key=lambda limit: limit.rooms[2])


def _sfu() -> list[Limit]:
    """Its processor, its ports, and how many rooms it may hold."""
    becomes = "machines in `SFU_PUBLIC_URL`, then a service that places rooms by load and region"
    return [
        Limit(
            "`sfu`, a core",
            # Everybody hears everybody else and a dub of them, and the bridge hears everybody.
            {people: MAX_CORE_SHARE / TRACK_CORE_SHARE / (2 * people * (people - 1) + people) for people in PEOPLE},
            "a voice takes 1 ms of it a second for each who hears it; cameras twice that ([SFU](sfu.md))",
            becomes,
        ),
        Limit(
            "`sfu`, plain ports",
            {people: PLAIN_PORTS / (2 * people) for people in PEOPLE},
            f"a tap and a dub for each voice, of {PLAIN_PORTS}; `SFU_PLAIN_PORT_MIN` and `_MAX` widen it",
            becomes,
        ),
        Limit("`sfu`, rooms", dict.fromkeys(PEOPLE, MAX_ROOMS), "`SFU_MAX_ROOMS`", becomes),
    ]


def _redis() -> list[Limit]:
    """Its memory and its one core."""
    # The sound of an utterance grows, and stays until it has been heard to its end.
    speech = SPEAKING_SHARE * STT_RATE * 2 * UTTERANCE_SECONDS
    clips = SPEAKING_SHARE * CLIP_RATE_HZ * 2 * keys.CLIP_TTL
    clauses = UTTERANCE_SECONDS / CLAUSE_SECONDS  # each translated, and perhaps spoken
    messages = SPEAKING_SHARE / UTTERANCE_SECONDS * (3 + UTTERANCE_SECONDS / SEGMENTER.stream_every + 2 * clauses)
    becomes = "a server for each cell of rooms; managed ones will do"
    return [
        Limit(
            "Redis, memory",
            dict.fromkeys(PEOPLE, (REDIS_BYTES - CACHE_BYTES) / (speech + clips)),
            f"{(speech + clips) / 2**20:.1f} MB a room while people speak; raise `maxmemory`",
            becomes,
        ),
        Limit(
            "Redis, commands",
            dict.fromkeys(PEOPLE, REDIS_COMMANDS_A_SECOND / (COMMANDS_A_MESSAGE * messages)),
            f"about {COMMANDS_A_MESSAGE} commands a message, {REDIS_COMMANDS_A_SECOND:,} a second of one core",
            becomes,
        ),
    ]


def _measured(var: Path) -> list[Limit]:
    """What `make fanout` and `make load` have measured, where they have been run."""
    found = []
    if (fanout := _read(var / "fanout.json")) is not None:
        calm = fanout["steady"]
        events = calm["events"] / calm["seconds"] / calm["web_processor_share"]
        rooms = {
            people: events / (people * SPEAKING_SHARE / UTTERANCE_SECONDS * CAPTIONS_AN_UTTERANCE) for people in PEOPLE
        }
        why = f"{events:,.0f} captions sent a second of one core (`make fanout`)"
        found.append(Limit("`web`, captions", rooms, why, "several behind a balancer"))
    if (load := _read(var / "load.json")) is not None and (share := bridge_share(load["rows"])) is not None:
        idle, each = share
        why = f"{each:.1%} of a core for each room in which somebody always speaks (`make load`)"
        becomes = "one beside each `sfu`"
        found.append(Limit("`bridge`", dict.fromkeys(PEOPLE, (MAX_CORE_SHARE - idle) / each), why, becomes))
    return found


def _read(path: Path) -> Any:  # noqa: ANN401 - figures of any shape
    return json.loads(path.read_text()) if path.exists() else None


def bridge_share(rows: list[dict[str, Any]]) -> tuple[float, float] | None:
    """Share of a core that the bridge takes for itself and for each call; None from one number of calls."""
    calls = [float(row["calls"]) for row in rows]
    if len(set(calls)) < 2:
        return None
    used = [row["processes"]["bridge"]["cpu_percent"] / 100 for row in rows]
    each, idle = statistics.linear_regression(calls, used)
    return (max(0.0, idle), each) if each > 0 else None


def table(found: list[Limit]) -> str:
    """In Markdown, the first to give way first."""
    lines = ["| part | rooms of 2 | of 3 | of 4 | why |", "|---|---|---|---|---|"]
    lines += [
        f"| {limit.part} | {' | '.join(f'{rooms:,.0f}' for rooms in limit.rooms.values())} | {limit.why} |"
        for limit in found
    ]
    return "\n".join(lines)


def many(found: list[Limit], workers: int | None) -> str:
    """What `MANY_ROOMS` rooms of two take, in Markdown."""
    captions = MANY_ROOMS * SPEAKING_SHARE / UTTERANCE_SECONDS * 2
    lines = [f"| part | for {MANY_ROOMS:,} rooms of two | what it becomes |", "|---|---|---|"]
    taken = "more than any number" if workers is None else f"{workers:,} machines"
    lines.append(f"| workers | {taken} | machines that come and go by `jbcalling workers wanted` |")
    lines += [f"| {limit.part} | {math.ceil(MANY_ROOMS / limit.rooms[2]):,} | {limit.becomes} |" for limit in found]
    lines.append(
        f"| PostgreSQL | {captions:,.0f} captions a second to write | one managed server with a replica, captions "
        "partitioned by day |"
    )
    return "\n".join(lines)
