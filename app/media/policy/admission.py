"""How much of the pipeline a new call gets on a busy pool, so that running calls do not fall behind. Pure logic.

Workers measure, when they load their engines, how many seconds of work a second of speech costs them. From that follows
what each speaker will cost. Whoever comes when there is no room for everything gets less from the start, and more as
soon as others leave. What comes of it in the end, the age of the queues, is the ladder's to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from app.media.policy.config import AdmissionConfig
from app.media.policy.ladder import Level, Reason, Rung
from app.media.policy.room import Room
from tasks.wire.messages import Heartbeat

BUSY: Final[Mapping[Level, Reason]] = {
    Level.TRANSLATED_CAPTIONS: "busy_voice",
    Level.SOURCE_CAPTIONS: "busy_translation",
    Level.ORIGINAL: "busy",
}
"""Why somebody is held at a level."""


class Speaking(NamedTuple):
    """Somebody who speaks, and what others want of it."""

    source: str
    read: frozenset[str]
    hear: frozenset[str]


class WorkerPool(NamedTuple):
    """What there is to work with."""

    costs: Mapping[str, float]
    """Service → seconds of work for a second of speech, the average over the workers."""
    capacity: float
    """Seconds of work in a second: 1 for every host of workers, whose engines use all of its cores."""


def pool_of(heartbeats: Iterable[Heartbeat], config: AdmissionConfig) -> WorkerPool:
    """What these workers, all of them alive, can do together."""
    beats = list(heartbeats)
    hosts = {beat.worker.partition(".")[0] for beat in beats}
    services = {service for beat in beats for service in beat.costs}
    costs = {}
    for service in services:
        known = [beat.costs[service] for beat in beats if service in beat.costs]
        costs[service] = sum(known) / len(known)
    return WorkerPool(costs, len(hosts) * config.capacity)


def cost(speaking: Speaking, level: Level, pool: WorkerPool) -> float:
    """Seconds of work for a second in which this person speaks and gets `level`; unmeasured services are free."""
    total = 0.0
    if level >= Level.SOURCE_CAPTIONS:
        total += pool.costs.get(f"stt:{speaking.source}", 0.0)
    if level >= Level.TRANSLATED_CAPTIONS:
        total += sum(pool.costs.get(f"translate:{speaking.source}>{target}", 0.0) for target in speaking.read)
    if level >= Level.VOICE:
        total += sum(pool.costs.get(f"speak:{target}", 0.0) for target in speaking.hear)
    return total


class Admission(NamedTuple):
    """What everybody gets."""

    levels: Mapping[str, Level]
    """Room → the highest level that there is a place for."""
    load: float
    """Seconds of work in a second that this comes to, when somebody speaks in every room."""
    capacity: float

    def limited(self, rung: Rung, room: str) -> Rung:
        """The rung, or the lower one at which the room is held."""
        level = self.levels.get(room, Level.VOICE)
        return rung if rung.level <= level else Rung(level, BUSY[level])


def admit(rooms: Mapping[str, Room], pool: WorkerPool, config: AdmissionConfig, now: float) -> Admission:
    """Who gets what at `now` (monotonic): rooms in the order in which they began to speak, the first always everything.

    Those in which nobody has spoken for a while (`AdmissionConfig.silence`) count for nothing. In a room one person
    speaks at a time, as a rule; so each of n speakers costs an nth of what they cost speaking.
    """
    levels: dict[str, Level] = {}
    load = 0.0
    begun = {name: room.active_since(now, config.silence) for name, room in rooms.items()}
    active = sorted((since, place, name) for place, (name, since) in enumerate(begun.items()) if since is not None)
    for room in (rooms[name] for _, _, name in active):
        people = [speaking_of(room, name) for name in {producer.participant for producer in room.voices()}]
        if not people:
            continue
        costs = {level: sum(cost(person, level, pool) for person in people) / len(people) for level in Level}
        fits = [level for level in Level if level is Level.ORIGINAL or load + costs[level] <= pool.capacity]
        levels[room.name] = Level.VOICE if not levels or config.capacity <= 0 else max(fits)
        load += costs[levels[room.name]]
    return Admission(levels, load, pool.capacity)


def speaking_of(room: Room, person: str) -> Speaking:
    """What is wanted of somebody in a room."""
    meta = room.people[person]
    wants = room.wants(person, meta)
    return Speaking(meta.speak, (wants.captions | wants.hear) - {meta.speak}, wants.hear - {meta.speak})


def further(pool: WorkerPool) -> tuple[float, float, float]:
    """What a further room comes to, with two people in it, dubbed both ways at this pool's average costs.

    Seconds of work in a second: to hear them, to translate, and to speak.
    """

    def average(service: str) -> float:
        known = [value for name, value in pool.costs.items() if name.startswith(service)]
        return sum(known) / len(known) if known else 0.0

    return average("stt:"), average("translate:"), average("speak:")


def next_level(now: Admission, pool: WorkerPool, config: AdmissionConfig) -> Level:
    """What a further room would get."""
    if config.capacity <= 0 or not now.levels:
        return Level.VOICE
    parts = further(pool)
    fits = [level for level in Level if now.load + sum(parts[:level]) <= now.capacity]
    return max(fits, default=Level.ORIGINAL)
