"""For whom people's words are made while somebody interprets, and when the machine does it in their place."""

from __future__ import annotations

from app.auth.tokens import ORIGINAL, ParticipantMeta
from app.media.bridge.floor import Floor
from app.media.bridge.interpreters import Interpreters, silent
from app.media.bridge.rooms import Rooms
from app.media.bridge.sfu_messages import (
    Interpreter,
    InterpreterChanged,
    Participant,
    ParticipantJoined,
    ParticipantLeft,
    ProducerAdded,
    RoomState,
)
from app.media.policy.config import InterpretingConfig
from app.media.policy.interpreting import EVERYBODY, Audience, Pair
from app.media.policy.ladder import Level, Rung
from app.media.policy.room import Dub, Room

ROOM = "r"
PAIR = Pair("en", "pt")
GOOD, DRAFT = Rung(Level.VOICE, None), Rung(Level.TRANSLATED_CAPTIONS, "draft_only")
NOTHING, LATE = Rung(Level.SOURCE_CAPTIONS, "no_translation"), Rung(Level.SOURCE_CAPTIONS, "queue_old")


def person(name: str, speak: str, hear: str = "", read: str = "") -> Participant:
    return Participant(name, {"name": name, "speak": speak, "read": read or speak, "hear": hear or speak})


PEOPLE = [
    person("ana", "en"),
    person("bob", "pt"),
    person("kim", "vi"),
    person("lea", "en", hear="pt"),
]


def rooms(people: list[Participant] | None = None, interpreting: list[Interpreter] | None = None) -> Rooms:
    one = Rooms()
    one.load([RoomState(ROOM, people or PEOPLE, [], interpreting=interpreting or [])])
    for name in ("ana", "lea"):
        one.apply(ProducerAdded(f"v-{name}", name, "audio", "original", room=ROOM))
    return one


def with_lea() -> Room:
    return rooms(interpreting=[Interpreter("en>pt", "lea")]).by_name[ROOM]


def test_who_interprets_says_it_for_listeners_of_that_language_and_nothing_else() -> None:
    room = with_lea()
    ana, lea = room.people["ana"], room.people["lea"]
    assert (lea.speak, lea.hear) == ("pt", ORIGINAL), "nobody says to them what they say"
    assert room.wants("ana", ana).captions == {"en", "vi"}
    assert room.wants("ana", ana).dubs == {Dub("vi")}
    assert room.wants("ana", ana).soon == {"vi"}
    assert room.wants("lea", lea).captions == {"pt"}
    assert room.wants("lea", lea).dubs == frozenset()
    assert room.audience("lea") == Audience(only=frozenset({"pt"}))
    assert room.audience("ana") == Audience(elsewhere=frozenset({"pt"}))
    assert room.audience("bob") == EVERYBODY
    typed = room.wants("ana", ana, audience=EVERYBODY)
    assert typed.captions == {"en", "pt", "vi"}, "nobody says what is typed"


def test_it_is_over_when_they_stop_leave_or_somebody_takes_over() -> None:
    everything = rooms()
    room = everything.by_name[ROOM]
    before = dict(room.people)
    everything.apply(InterpreterChanged(ROOM, "en>pt", "lea"))
    assert room.people["lea"].speak == "pt"
    everything.apply(ParticipantJoined("lea", person("lea", "vi").meta, room=ROOM))  # other choices meanwhile
    assert room.people["lea"].speak == "pt"
    everything.apply(InterpreterChanged(ROOM, "en>pt", "bob"))
    assert room.people["lea"].speak == "vi"
    assert room.interpreting.on == {PAIR: "bob"}
    everything.apply(InterpreterChanged(ROOM, "en>pt", None))
    assert room.people["bob"] == before["bob"]
    assert room.audience("ana") == EVERYBODY
    everything.apply(InterpreterChanged(ROOM, "en>pt", "lea"))
    everything.apply(ParticipantLeft(ROOM, "lea"))
    assert room.interpreting.on == {}
    assert room.audience("ana") == EVERYBODY
    for pair in ("nonsense", "en>xx", "xx>pt"):
        everything.apply(InterpreterChanged(ROOM, pair, "bob"))
    assert room.interpreting.on == {}


def test_what_the_machine_cannot_make_of_the_speaker_it_makes_of_the_interpreter() -> None:
    def rungs(**known: Rung) -> Audience:
        room = with_lea()
        by_pair = {"en_vi": NOTHING, "pt_vi": GOOD} | known
        room.interpreting.relay(room.languages(), lambda source, target: by_pair[f"{source}_{target}"])
        only, elsewhere = room.audience("lea").only or frozenset(), room.audience("ana").elsewhere
        assert only == {"pt"} | (elsewhere & {"vi"})
        return room.audience("ana")

    assert rungs().elsewhere == {"pt", "vi"}
    assert rungs(pt_vi=DRAFT).elsewhere == {"pt", "vi"}
    assert rungs(pt_vi=NOTHING).elsewhere == {"pt"}, "nobody can: the page says so"
    assert rungs(en_vi=GOOD).elsewhere == {"pt"}, "a translation of a translation loses more"
    assert rungs(en_vi=DRAFT).elsewhere == {"pt"}
    assert rungs(en_vi=LATE).elsewhere == {"pt"}, "that passes"


def test_the_machine_takes_over_from_who_is_silent_while_others_speak_until_they_speak_again() -> None:
    room, floor = with_lea(), Floor()
    interpreters = Interpreters(InterpretingConfig(silent_after=8.0), floor)

    def after(now: float, *, ana: bool = False, lea: bool = False) -> bool:
        floor.note(ROOM, "ana", speaking=ana)
        floor.note(ROOM, "lea", speaking=lea)
        interpreters.look(room, now)
        assert [key for key, _ in silent(room)] == ([] if PAIR in room.interpreting.now else ["interpreter:en>pt"])
        return PAIR in room.interpreting.now

    assert after(0.0, ana=True)
    assert after(7.9, ana=True)
    assert after(60.0), "a pause of everybody counts for nothing"
    assert not after(61.0, ana=True)
    assert room.audience("ana") == EVERYBODY
    assert dict(silent(room))["interpreter:en>pt"] == {
        "level": "voice",
        "reason": "interpreter_silent",
        "source": "en",
        "target": "pt",
        "speaker": "lea",
    }
    assert not after(80.0)
    assert after(81.0, lea=True)
    assert after(88.0, ana=True)
    room.interpret(PAIR, None)
    interpreters.look(room, 88.0)
    room.interpret(PAIR, "lea")
    assert after(95.9, ana=True), "who begins again is waited for again"


def test_a_segment_that_has_begun_is_made_for_more_and_never_for_fewer() -> None:
    begun, now = Audience(elsewhere=frozenset({"pt", "vi"})), Audience(elsewhere=frozenset({"vi", "de"}))
    assert begun.lasting(now) == Audience(elsewhere=frozenset({"vi"}))
    assert Audience(only=frozenset({"pt"})).lasting(EVERYBODY) == Audience(only=frozenset({"pt"}))


def test_people_are_known_by_what_they_chose_when_nobody_interprets() -> None:
    room = rooms().by_name[ROOM]
    assert room.people["lea"] == ParticipantMeta(name="lea", speak="en", read="en", hear="pt")
