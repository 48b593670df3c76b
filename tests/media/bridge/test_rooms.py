"""Who wants what of whom, and what they are told."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.auth.tokens import ParticipantMeta
from app.media.audio.recording import read_recording
from app.media.bridge.recorded_speaker import FOLDER, recording_path
from app.media.bridge.rooms import Rooms
from app.media.bridge.sfu_messages import (
    Participant,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantUpdated,
    ProducerAdded,
    ProducerRemoved,
    RoomClosed,
    RoomState,
)
from app.media.policy.ladder import Level, Rung
from app.media.policy.notices import notices, packages
from app.media.policy.room import Dub, Producer, Room


def meta(speak: str, hear: str = "original", read: str = "") -> dict[str, Any]:
    return {"name": "x", "speak": speak, "read": read or speak, "hear": hear}


def track(participant: str, kind: str = "audio", what: str = "original", label: str | None = None) -> Producer:
    return Producer(f"p-{participant}-{kind}-{what}", participant, kind, what, label)  # type: ignore[arg-type]


def room_of(*states: tuple[str, dict[str, Any]], producers: list[Producer] | None = None) -> Room:
    rooms = Rooms()
    rooms.load([RoomState("r", [Participant(*state) for state in states], producers or [])])
    return rooms.by_name["r"]


def test_what_is_wanted_of_a_speaker() -> None:
    room = room_of(
        ("ana", meta("pt", hear="pt")),
        ("bob", meta("en", hear="en")),
        ("chi", meta("vi", hear="original")),
    )
    of_ana = room.wants("ana", room.people["ana"])
    assert of_ana.hear == {"en"}
    assert of_ana.captions == {"pt", "en", "vi"}
    of_chi = room.wants("chi", room.people["chi"])
    assert of_chi.hear == {"en", "pt"}


def test_nobody_hears_a_dub_of_their_own_voice_or_of_their_own_language() -> None:
    room = room_of(("ana", meta("pt", hear="en", read="en")))
    assert room.wants("ana", room.people["ana"]).hear == frozenset()
    assert room.wants("ana", room.people["ana"]).captions == {"en"}


def test_people_at_one_device_hear_each_other_there() -> None:
    table = meta("en") | {"among": ["en", "pt"], "between": ["en", "pt"]}
    room = room_of(("table", table))
    wants = room.wants("table", room.people["table"])
    assert wants.hear == wants.captions == {"en", "pt"}
    assert (room.source("table", "pt"), room.source("table", "en")) == ("en", "pt")
    room.put("table", msgspec.convert(table | {"among": [], "speak": "pt"}, ParticipantMeta))
    wants = room.wants("table", room.people["table"])
    assert wants.hear == {"en", "pt"}, "the track of who is silent stays"
    assert wants.soon == {"en"}, "while a button says who speaks, the other follows word by word"


def test_a_microphone_that_several_share_is_dubbed_into_their_languages_for_others() -> None:
    room = room_of(("table", meta("en") | {"among": ["en", "pt"]}), ("bob", meta("en", hear="en")))
    assert room.wants("table", room.people["table"]).hear == {"en"}
    assert room.wants("bob", room.people["bob"]).hear == frozenset(), "they hear everybody as they are"
    told = notices(room, "table", lambda _source, _dub: Rung(Level.VOICE, "hurried"))
    assert (told["dub:table:en"]["source"], told["dub:table:en"]["target"]) == ("pt", "en")


def test_those_who_want_drafts_spoken_hear_a_version_of_their_own() -> None:
    eager = meta("en", hear="en") | {"hear_drafts": True}
    room = room_of(("ana", meta("vi")), ("bob", meta("en", hear="en")), ("chi", eager), ("dan", eager))
    wants = room.wants("ana", room.people["ana"])
    assert wants.dubs == {Dub("en"), Dub("en", drafts=True)}
    assert wants.hear == {"en"}
    assert sorted(dub.label for dub in wants.dubs) == ["en", "en:drafts"]

    def rung_of(_source: str, version: Dub) -> Rung:
        spoken = Rung(Level.VOICE, "draft_spoken")
        return spoken if version.drafts else Rung(Level.TRANSLATED_CAPTIONS, "draft_only")

    told = notices(room, "ana", rung_of, {Dub("en"): "hurried"})
    assert {key: payload["reason"] for key, payload in told.items()} == {
        "dub:ana:en": "draft_only",
        "dub:ana:en:drafts": "draft_spoken",
    }
    assert notices(room, "ana", rung_of, {Dub("en", drafts=True): "hurried"})["dub:ana:en:drafts"]["target"] == "en"
    assert (
        notices(room, "ana", rung_of, {Dub("en", drafts=True): "hurried"})["dub:ana:en:drafts"]["reason"] == "hurried"
    )


def test_who_wants_whole_sentences_hears_a_version_of_their_own_and_hurries_nobody() -> None:
    patient, eager = meta("en", hear="en") | {"whole_sentences": True}, meta("en", hear="pt", read="vi")
    room = room_of(("ana", meta("pt", read="en", hear="en")), ("bob", patient))
    wants = room.wants("ana", room.people["ana"])
    assert wants.dubs == {Dub("en", sentences=True)}
    assert not wants.soon, "what ana reads of her own can wait"
    room.put("chi", msgspec.convert(eager, ParticipantMeta))
    wants = room.wants("ana", room.people["ana"])
    assert wants.dubs == {Dub("en", sentences=True)}
    assert wants.soon == {"vi"}, "chi hears ana as she is"
    room.put("dan", msgspec.convert(meta("vi", hear="en"), ParticipantMeta))
    wants = room.wants("ana", room.people["ana"])
    assert [dub.label for dub in sorted(wants.dubs)] == ["en", "en:sentences"]
    assert wants.soon == {"vi", "en"}
    assert Dub("vi", drafts=True, sentences=True).label == "vi:drafts:sentences"


def test_a_recorded_speaker_reads_nothing() -> None:
    room = room_of(("ana", meta("pt") | {"recording_id": "rec", "recording": "demo-en"}), ("rec", meta("en")))
    assert room.wants("rec", room.people["rec"]).captions == {"pt"}


def test_everybody_has_a_dubbed_voice_of_their_own_for_as_long_as_they_stay() -> None:
    rooms = Rooms()
    for name in ("ana", "bob", "chi"):
        rooms.apply(ParticipantJoined(id=name, meta=meta("pt"), room="r"))
    room = rooms.by_name["r"]
    assert room.voices_of == {"ana": 0, "bob": 1, "chi": 2}
    rooms.apply(ParticipantLeft("r", "ana"))
    rooms.apply(ParticipantUpdated(id="bob", meta=meta("en"), room="r"))
    assert room.voices_of == {"bob": 1, "chi": 2}
    rooms.apply(ParticipantJoined(id="ana", meta=meta("pt"), room="r"))
    assert room.voices_of == {"bob": 1, "chi": 2, "ana": 0}, "who comes back sounds as before"


def test_only_original_audio_is_tapped() -> None:
    producers = [
        track("ana"),
        track("ana", "video"),
        track("ana", what="dubbed", label="en"),
        track("stranger"),
    ]
    room = room_of(("ana", meta("pt")), producers=producers)
    assert [producer.producer_id for producer in room.voices()] == ["p-ana-audio-original"]


@pytest.mark.parametrize("bad", [None, {}, {"name": 1}, meta("xx"), meta("original"), meta("en", hear="klingon")])
def test_a_participant_with_senseless_preferences_is_left_alone(bad: object) -> None:
    room = room_of(("odd", bad), ("ana", meta("pt")), producers=[track("odd"), track("ana")])  # type: ignore[arg-type]
    assert [producer.participant for producer in room.voices()] == ["ana"]


def test_changes_are_taken_in_and_a_closed_room_stays_closed() -> None:
    rooms = Rooms()
    rooms.apply(ParticipantJoined(id="ana", meta=meta("pt"), room="r"))
    rooms.apply(ProducerAdded(producer_id="p", participant="ana", kind="audio", track="original", room="r"))
    rooms.apply(ParticipantJoined(id="bob", meta=meta("en"), room="r"))
    rooms.apply(ParticipantUpdated(id="bob", meta=meta("en", hear="en"), room="r"))
    room = rooms.by_name["r"]
    assert room.wants("ana", room.people["ana"]).hear == {"en"}
    rooms.apply(ParticipantLeft("r", "bob"))
    assert room.wants("ana", room.people["ana"]).hear == frozenset()
    rooms.apply(ProducerRemoved("r", "p"))
    assert not list(room.voices())
    rooms.apply(RoomClosed("r"))
    rooms.apply(ProducerRemoved("r", "p"))
    rooms.apply(ParticipantLeft("r", "ana"))
    assert not rooms.by_name


def test_listeners_are_told_always_and_readers_when_it_concerns_them() -> None:
    room = room_of(("ana", meta("pt")), ("bob", meta("en", hear="en")), ("chi", meta("vi")))
    told = notices(room, "ana", lambda _source, _target: Rung(Level.VOICE, None))
    assert set(told) == {"dub:ana:en"}
    assert told["dub:ana:en"] == {
        "level": "voice",
        "reason": None,
        "source": "pt",
        "target": "en",
        "speaker": "ana",
    }
    no_voice = notices(room, "ana", lambda _source, _target: Rung(Level.TRANSLATED_CAPTIONS, "no_voice"))
    assert set(no_voice) == {"dub:ana:en"}
    silent = notices(room, "ana", lambda _source, _target: Rung(Level.ORIGINAL, "workers_silent"))
    assert set(silent) == {"dub:ana:en", "captions:ana:en", "captions:ana:pt", "captions:ana:vi"}
    assert silent["captions:ana:pt"]["level"] == "original"


def test_a_missing_translation_comes_with_what_to_install() -> None:
    room = room_of(("ana", meta("pt")), ("bob", meta("en", hear="en")), ("chi", meta("vi")))
    told = notices(room, "ana", lambda _source, _target: Rung(Level.SOURCE_CAPTIONS, "no_translation"))
    assert told["captions:ana:vi"]["install"] == "argos-en-vi"
    assert packages("en", "vi") == ["argos-en-vi"]
    assert packages("vi", "en") == ["argos-vi-en"]
    assert packages("vi", "fr") == ["argos-vi-en", "argos-en-fr"]


def test_only_shipped_recordings_are_played() -> None:
    path = recording_path("demo-en")
    assert path is not None
    assert path.parent == FOLDER
    assert 30 < len(read_recording(path)) / 48_000 < 60
    for name in ("../recordings/demo-en", "demo-en.flac", "CREDITS", "", "/etc/passwd"):
        assert recording_path(name) is None


def test_what_is_typed_is_read_aloud_in_the_typists_language_to_those_who_would_hear_their_voice() -> None:
    room = room_of(("ana", meta("en", hear="en")), ("bob", meta("pt", hear="pt")))
    assert room.wants("ana", room.people["ana"], aloud=True).dubs == {Dub("pt")}
    room.put("chi", msgspec.convert(meta("vi"), ParticipantMeta))
    wants = room.wants("ana", room.people["ana"], aloud=True)
    assert [dub.label for dub in sorted(wants.dubs)] == ["en:typed", "pt"]
    assert room.wants("ana", room.people["ana"]).dubs == {Dub("pt")}, "a voice is heard as it is"
    room.typists["ana"] = True
    room.remove("ana")
    assert room.typists == {}
