"""What the SFU says to a bridge (`docs/protocol.md`), as types."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Raw, Struct, field

from app.media.policy.room import Keeping, Producer


class Participant(Struct, frozen=True, rename="camel"):
    """Somebody in a room."""

    id: str
    meta: Any = None


class SpeechState(Struct, frozen=True):
    """Speech in a room, seconds ago."""

    since: float
    """When it began after a long silence, or for the first time."""
    last: float


class Interpreter(Struct, frozen=True):
    """Who interprets a pair of languages."""

    pair: str
    """From and into, as "pt>en"."""
    participant: str


class RoomState(Struct, frozen=True, rename="camel"):
    """A room as it is when the bridge says hello."""

    room: str
    participants: list[Participant]
    producers: list[Producer]
    age: float = 0.0
    """Seconds since it was opened."""
    speech: SpeechState | None = None
    keeping: Keeping | None = None
    interpreting: list[Interpreter] = []


class Spoke(Struct, frozen=True):
    """Somebody in the room is speaking; told every few seconds."""

    room: str


class Typed(Struct, frozen=True):
    """Somebody has typed a line."""

    room: str
    participant: str
    line: str
    """Their own name for it."""
    text: str
    spoken: bool
    """Whether it is to be spoken to those who listen."""


class ParticipantJoined(Participant, frozen=True, kw_only=True, rename="camel"):
    """Somebody came in."""

    room: str


class ParticipantUpdated(Participant, frozen=True, kw_only=True, rename="camel"):
    """Somebody's preferences changed."""

    room: str


class ParticipantLeft(Struct, frozen=True, rename="camel"):
    """Somebody left."""

    room: str
    id: str


class ProducerAdded(Producer, frozen=True, kw_only=True, rename="camel"):
    """A track appeared."""

    room: str


class ProducerRemoved(Struct, frozen=True, rename="camel"):
    """A track is gone."""

    room: str
    producer_id: str


class ProducerUntranslated(Struct, frozen=True, rename="camel"):
    """What is said on a track is for people's ears alone from now on, or no longer so."""

    room: str
    producer_id: str
    untranslated: bool


class KeepingChanged(Struct, frozen=True):
    """From now on something else is kept of a call, or nothing."""

    room: str
    keeping: Keeping | None


class InterpreterChanged(Struct, frozen=True):
    """Somebody interprets a pair of languages from now on, or nobody does."""

    room: str
    pair: str
    participant: str | None


class RoomClosed(Struct, frozen=True, rename="camel"):
    """The last person has left."""

    room: str


class Bridges(Struct, frozen=True):
    """A bridge has come or gone; these there are."""

    bridges: list[str]


class Connected(Struct, frozen=True):
    """The bridge is connected; `rooms` is all there is. Not a message: the client's own event."""

    rooms: list[RoomState]
    bridges: list[str]
    """Ids of all bridges, this one included."""


class Disconnected(Struct, frozen=True):
    """The connection is lost, and with it everything the bridge had in the SFU. The client's own event."""


RoomEvent = (
    ParticipantJoined
    | ParticipantUpdated
    | ParticipantLeft
    | ProducerAdded
    | ProducerRemoved
    | ProducerUntranslated
    | KeepingChanged
    | InterpreterChanged
    | RoomClosed
    | Spoke
)
ToldEvent = RoomEvent | Bridges | Typed
SfuEvent = ToldEvent | Connected | Disconnected

EVENTS: Final[dict[str, type[ToldEvent]]] = {
    "participantJoined": ParticipantJoined,
    "participantUpdated": ParticipantUpdated,
    "participantLeft": ParticipantLeft,
    "producerAdded": ProducerAdded,
    "producerRemoved": ProducerRemoved,
    "producerUntranslated": ProducerUntranslated,
    "keeping": KeepingChanged,
    "interpreting": InterpreterChanged,
    "roomClosed": RoomClosed,
    "spoke": Spoke,
    "typed": Typed,
    "bridges": Bridges,
}
"""Events that change what a bridge does; all others are passed over."""


class ErrorBody(Struct, frozen=True):
    """Why a request failed."""

    code: str
    message: str


class Incoming(Struct, frozen=True):
    """Any frame from the SFU."""

    id: int | None = None
    ok: Raw = field(default_factory=lambda: Raw(b"{}"))  # msgspec takes no `Raw | None`
    error: ErrorBody | None = None
    event: str | None = None
    data: Raw = field(default_factory=lambda: Raw(b"{}"))


class HelloAnswer(Struct, frozen=True):
    """Answer to `hello`."""

    rooms: list[RoomState]
    bridges: list[str] = []


class ClaimAnswer(Struct, frozen=True):
    """Answer to `claim`."""

    fence: int
    """The highest there has been: ours, if the claim was in time."""


class TapAnswer(Struct, frozen=True, rename="camel"):
    """Answer to `tap`."""

    tap_id: str
    ssrc: int
    payload_type: int


class InjectAnswer(Struct, frozen=True, rename="camel"):
    """Answer to `inject`."""

    producer_id: str
    port: int


class Nothing(Struct, frozen=True):
    """An empty answer."""
