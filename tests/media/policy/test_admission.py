"""Who gets how much of the road on a pool of a known speed."""

from __future__ import annotations

from app.media.bridge.rooms import Rooms
from app.media.bridge.sfu_messages import ParticipantJoined, ProducerAdded
from app.media.policy import admission
from app.media.policy.config import AdmissionConfig
from app.media.policy.ladder import Level, Rung
from app.media.policy.room import Room
from tasks.wire.messages import Heartbeat

CONFIG = AdmissionConfig(capacity=0.9)
COSTS = {
    "stt:en": 0.2,
    "stt:pt": 0.2,
    "translate:en>pt": 0.05,
    "translate:pt>en": 0.05,
    "speak:pt": 0.3,
    "speak:en": 0.3,
}


def beat(worker: str, **costs: float) -> Heartbeat:
    return Heartbeat(worker=worker, at=0.0, queues=[], stt=[], translate=[], speak=[], costs=costs or COSTS)


def calls(*names: str) -> Rooms:
    """Rooms of two, who dub each other: 0.2 + 0.05 + 0.3 = 0.55 each."""
    rooms = Rooms()
    for name in names:
        for person, speak in (("ana", "pt"), ("bob", "en")):
            meta = {"name": person, "speak": speak, "read": speak, "hear": speak}
            rooms.apply(ParticipantJoined(id=person, meta=meta, room=name))
            rooms.by_name[name].opened = 0.0
            rooms.apply(
                ProducerAdded(
                    producer_id=f"{name}-{person}", participant=person, kind="audio", track="original", room=name
                )
            )
    return rooms


def levels(rooms: dict[str, Room], pool: admission.WorkerPool, now: float = 0.0) -> list[Level]:
    return list(admission.admit(rooms, pool, CONFIG, now).levels.values())


def test_later_calls_get_what_there_is_room_for_and_more_when_others_end() -> None:
    pool = admission.pool_of([beat("host.1.a")], CONFIG)
    rooms = calls("one", "two", "three")
    assert levels(rooms.by_name, pool) == [Level.VOICE, Level.TRANSLATED_CAPTIONS, Level.ORIGINAL]
    rooms.by_name.pop("one")
    assert levels(rooms.by_name, pool) == [Level.VOICE, Level.TRANSLATED_CAPTIONS]


def test_the_first_call_always_gets_everything() -> None:
    slow = admission.pool_of([beat("host.1.a", **dict.fromkeys(COSTS, 3.0))], CONFIG)
    assert levels(calls("one").by_name, slow) == [Level.VOICE]


def test_each_further_host_of_workers_adds_room_and_a_second_worker_on_one_host_does_not() -> None:
    same = admission.pool_of([beat("host.1.a"), beat("host.2.b")], CONFIG)
    assert same.capacity == 0.9
    two = admission.pool_of([beat("host.1.a"), beat("other.1.b")], CONFIG)
    assert levels(calls("one", "two", "three").by_name, two) == [Level.VOICE] * 3


def test_what_was_not_measured_holds_nobody_back() -> None:
    pool = admission.pool_of([beat("host.1.a", other=9.0)], CONFIG)
    assert levels(calls("one", "two").by_name, pool) == [Level.VOICE] * 2


def test_who_is_held_back_is_told_why_and_troubles_below_that_come_first() -> None:
    held = admission.Admission({"r": Level.TRANSLATED_CAPTIONS}, 1.0, 0.9)
    assert held.limited(Rung(Level.VOICE, None), "r") == Rung(Level.TRANSLATED_CAPTIONS, "busy_voice")
    gone = Rung(Level.ORIGINAL, "broker_gone")
    assert held.limited(gone, "r") == gone
    assert held.limited(Rung(Level.VOICE, None), "other") == Rung(Level.VOICE, None)


def test_the_next_call_is_told_what_it_will_get() -> None:
    pool = admission.pool_of([beat("host.1.a")], CONFIG)
    for names, level in (((), Level.VOICE), (("one",), Level.TRANSLATED_CAPTIONS), (("one", "two"), Level.ORIGINAL)):
        given = admission.admit(calls(*names).by_name, pool, CONFIG, 0.0)
        assert admission.next_level(given, pool, CONFIG) == level


def test_forgotten_tabs_take_the_dub_from_nobody() -> None:
    pool = admission.pool_of([beat("host.1.a")], CONFIG)
    rooms = calls("forgotten", "real").by_name
    for name, at in (("forgotten", 10.0), ("real", 20.0)):
        rooms[name].hear(at, CONFIG.silence)
    assert levels(rooms, pool, 30.0) == [Level.VOICE, Level.TRANSLATED_CAPTIONS]
    later = 20.0 + CONFIG.silence
    rooms["real"].hear(later, CONFIG.silence)
    now = admission.admit(rooms, pool, CONFIG, later + 1.0)
    assert dict(now.levels) == {"real": Level.VOICE}, "microphones that nobody speaks into cost nothing"
    rooms["forgotten"].hear(later + 2.0, CONFIG.silence)
    now = admission.admit(rooms, pool, CONFIG, later + 3.0)
    assert dict(now.levels) == {"real": Level.VOICE, "forgotten": Level.TRANSLATED_CAPTIONS}, "it begins anew"


def test_a_room_that_was_just_opened_has_its_place_before_the_first_word() -> None:
    pool = admission.pool_of([beat("host.1.a")], CONFIG)
    rooms = calls("new").by_name
    assert levels(rooms, pool, CONFIG.silence - 1.0) == [Level.VOICE]
    assert levels(rooms, pool, CONFIG.silence) == []
