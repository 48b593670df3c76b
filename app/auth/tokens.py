"""Signed, short-lived tokens with which browsers and bridges enter the SFU (`docs/protocol.md`)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final, Literal

import jwt
import msgspec

from app.rights import SPEAKER, Right

AUDIENCE: Final = "jbcalling-sfu"
LIFETIME: Final = 120
"""Seconds in which a token must be presented; a socket opened with it may live longer."""

ORIGINAL: Final = "original"
"""What somebody hears who wants everybody's own voice."""

Role = Literal["participant", "bridge", "operator"]


class Mistaken(msgspec.Struct, frozen=True):
    """An utterance that was taken for another language than it is in."""

    segment: str
    language: str
    """What it is in."""


class ParticipantMeta(msgspec.Struct, frozen=True, kw_only=True):
    """What the SFU passes on about a participant without reading it."""

    name: str
    speak: str
    """What they speak; where it is one of `among`, the one that counts until an utterance is heard."""
    among: list[str] = []
    """Languages that are spoken at their microphone, where several people share it: in which of them an utterance is,
    is found out. Empty: it is in `speak`."""
    between: list[str] = []
    """Languages of people who talk with one another by this one device: what one of them says is read and heard there
    in the languages of the others."""
    mistaken: Mistaken | None = None
    """The last utterance of theirs that they have put right: it is recognised again."""
    read: str
    hear: str
    """A language, or `ORIGINAL`."""
    hear_drafts: bool = False
    """Whether drafts by a language model are spoken to them too."""
    whole_sentences: bool = False
    """Whether they are given translations by whole sentences rather than as soon as possible."""
    recording: str | None = None
    """Name of a shipped recording that the bridge plays into the room as a participant of its own."""
    recording_id: str | None = None
    """Participant id of that recorded speaker."""


def participant_token(
    secret: str,
    *,
    room: str,
    participant: str,
    meta: ParticipantMeta,
    rights: Sequence[Right] = SPEAKER,
    capacity: int | None = None,
) -> str:
    """A token that lets `participant` into `room` within `LIFETIME` seconds, carrying their preferences and rights.

    With a `capacity` only while fewer people than that are in the room; of those who only listen only these count.
    """
    claims = {"sub": participant, "room": room, "meta": msgspec.to_builtins(meta), "rights": list(rights)}
    return _sign(secret, "participant", claims | ({"capacity": capacity} if capacity else {}))


def operator_token(secret: str) -> str:
    """A token with which `web` asks the SFU who is in which room, and ends calls."""
    return _sign(secret, "operator", {"sub": "web"})


def bridge_token(secret: str, *, bridge: str) -> str:
    """A token that lets a bridge take control connections of every room."""
    return _sign(secret, "bridge", {"sub": bridge})


def _sign(secret: str, role: Role, claims: dict[str, Any]) -> str:
    now = int(time.time())
    return jwt.encode(
        {**claims, "role": role, "aud": AUDIENCE, "iat": now, "exp": now + LIFETIME}, secret, algorithm="HS256"
    )
