"""What the SFU says of its rooms: it alone knows who is in, and it holds what the ladder says of each room."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import httpx
import msgspec
from msgspec.structs import replace

from app.auth.tokens import ParticipantMeta, operator_token
from app.rights import Right
from app.settings.web import WebSettings
from tasks.wire.addresses import authority

TIMEOUT = 2.0
"""Seconds for an answer on loopback."""
ASIDE = 0.8
"""The same of one that has left the ring: a machine that is dead would be waited for with every order."""

T = TypeVar("T")


class SfuDownError(RuntimeError):
    """The SFU does not answer."""


class Inside(msgspec.Struct, frozen=True):
    """Somebody in a room."""

    id: str
    meta: dict[str, Any]
    recorded: bool
    rights: list[str] = []

    @property
    def known(self) -> ParticipantMeta | None:
        """What they chose; None where it cannot be read."""
        try:
            return msgspec.convert(self.meta, ParticipantMeta)
        except msgspec.ValidationError:
            return None


class Rung(msgspec.Struct, frozen=True):
    """Where one speaker stands on the ladder for one language (`app.media.policy.notices`)."""

    level: str
    reason: str | None
    source: str
    target: str
    speaker: str


class Notice(msgspec.Struct, frozen=True):
    """What the bridge has said of a room."""

    key: str
    payload: Rung


class Keeping(msgspec.Struct, frozen=True):
    """What is kept of a call (`app.keeping`)."""

    call: str
    """Id of the kept call."""
    since: float
    """When that began, epoch seconds."""
    people: list[str]
    """Ids of those whose voices are kept."""
    trouble: bool
    """Whether nobody keeps it at the moment."""


class Now(msgspec.Struct, frozen=True):
    """One room at this moment."""

    room: str
    participants: list[Inside]
    notices: list[Notice]
    turns: bool = False
    """Whether one speaks after the other."""
    keeping: Keeping | None = None
    sfus: tuple[str, ...] = ()
    """Where `web` reaches those that have it: several, where not all of its people have followed when it moved."""

    @property
    def people(self) -> list[Inside]:
        """Those who are there themselves."""
        return [participant for participant in self.participants if not participant.recorded]

    def together(self, other: Now) -> Now:
        """The same room with what another SFU has of it."""
        ids = {participant.id for participant in self.participants}
        more = [participant for participant in other.participants if participant.id not in ids]
        return replace(
            self,
            participants=[*self.participants, *more],
            notices=[*self.notices, *other.notices],
            keeping=self.keeping or other.keeping,
            sfus=(*self.sfus, *other.sfus),
        )


class _Rooms(msgspec.Struct, frozen=True):
    bridge: Literal["up", "down"]
    rooms: list[Now]


@dataclass(frozen=True)
class State:
    """All rooms that somebody is in."""

    bridge: bool
    """Whether an interpreter is connected."""
    rooms: dict[str, Now]


class SfuOperator:
    """Asks every SFU over HTTP, and ends calls.

    One that has left the ring (`app.rooms.placing`) is not asked: its calls have moved. It is told, if it takes it: it
    may be no more than ill, and people be there whose pages have not moved. What it was not told is made up for when it
    is back, by `Moderation.look` and `RoomAdmin.end_strays`.
    """

    def __init__(self, settings: WebSettings, answering: Callable[[], Sequence[str]] | None = None) -> None:
        """`answering`: which of them there is any use in asking (`Places.operators`); else all of the settings."""
        self._settings = settings
        self._answering = answering or (lambda: settings.sfu_operators)
        self._own = authority(settings.sfu_address, settings.sfu_port)

    async def look(self) -> State:
        """Who is where, on those SFUs that answer.

        Raises:
            SfuDownError: none does, or they are of another version.
        """
        states, down = await self._each(lambda sfu: self._look(sfu, ""), self._in_ring())
        if not states:
            raise down[0]
        return State(any(state.bridge for state in states), _together(states))

    async def room(self, code: str) -> Now | None:
        """Who is in one room; None where nobody is.

        Raises:
            SfuDownError: an SFU does not answer, and no other has the room.
        """
        states, down = await self._each(lambda sfu: self._look(sfu, f"/{code}"), self._in_ring())
        found = _together(states).get(code)
        if found is None and down:
            raise down[0]
        return found

    async def order(
        self,
        code: str,
        *,
        mute: Collection[str] = (),
        remove: Collection[str] = (),
        rights: Mapping[str, Sequence[Right]] | None = None,
    ) -> None:
        """Tell the SFUs what has been decided about participants of a room; no token from before counts against it.

        Raises:
            SfuDownError: one of them does not answer. The others have been told.
        """
        order = {
            "mute": sorted(mute),
            "remove": sorted(remove),
            "rights": {one: [*held] for one, held in (rights or {}).items()},
        }
        await self._tell(code, order)

    async def keep(self, code: str, keeping: Keeping | None) -> None:
        """Tell the SFUs what is kept of a room's call from now on, and with them everybody in it and the bridge.

        Raises:
            SfuDownError: one of them does not answer. The others have been told.
        """
        await self._tell(code, {"keeping": msgspec.to_builtins(keeping)})

    async def take_turns(self, code: str, *, taken: bool) -> None:
        """Tell the SFUs whether one speaks after the other in a room from now on.

        Raises:
            SfuDownError: one of them does not answer. The others have been told.
        """
        await self._tell(code, {"turns": taken})

    async def _tell(self, code: str, order: Mapping[str, object]) -> None:
        answers = await self._command("POST", f"/{code}", order)
        if any(answer.status_code != httpx.codes.NO_CONTENT for answer in answers):
            raise SfuDownError("it does not understand what it is told: update all processes")

    async def _look(self, sfu: str, path: str) -> State:
        answer = await self._ask(sfu, "GET", path)
        try:
            found = msgspec.json.decode(answer.content, type=_Rooms)
        except msgspec.DecodeError as error:
            raise SfuDownError("it answers in an unknown form: update all processes") from error
        return State(found.bridge == "up", {room.room: replace(room, sfus=(sfu,)) for room in found.rooms})

    async def end(self, room: str, *, ended: bool = False) -> bool:
        """End the call in a room, wherever it is, so that no token from before opens it again; whether there was one.

        With `ended` those in it are told that a host has ended the call, otherwise that the room is closed.

        Raises:
            SfuDownError: one of them does not answer. The others have been told.
        """
        answers = await self._command("DELETE", f"/{room}{'?ended' if ended else ''}")
        return any(answer.status_code == httpx.codes.NO_CONTENT for answer in answers)

    async def send_on(self, room: str, sfus: Sequence[str]) -> None:
        """Have the people of a room leave these SFUs for the one that it is on, where a new token leads them.

        Raises:
            SfuDownError: one of them does not answer. The others have been told.
        """
        _, down = await self._each(lambda sfu: self._ask(sfu, "DELETE", f"/{room}?moved"), sfus)
        if down:
            raise down[0]

    def _in_ring(self) -> Sequence[str]:
        return self._answering() or (self._own,)

    async def _command(self, method: str, path: str, body: object = None) -> list[httpx.Response]:
        """What the SFUs answer to something that is to hold on all of them.

        Raises:
            SfuDownError: one in the ring does not answer. The others have been told.
        """
        ring = self._in_ring()
        aside = [sfu for sfu in self._settings.sfu_operators if sfu not in ring]
        (answers, down), (more, _) = await asyncio.gather(
            self._each(lambda sfu: self._ask(sfu, method, path, body), ring),
            self._each(lambda sfu: self._ask(sfu, method, path, body, within=ASIDE), aside),
        )
        if down:
            raise down[0]
        return [*answers, *(answer for answer in more if answer.status_code == httpx.codes.NO_CONTENT)]

    async def _each(
        self, ask: Callable[[str], Awaitable[T]], sfus: Sequence[str]
    ) -> tuple[list[T], list[SfuDownError]]:
        """What these SFUs answer, asked at once, and what became of those that do not."""

        async def answer(sfu: str) -> T | SfuDownError:
            try:
                return await ask(sfu)
            except SfuDownError as error:
                return error

        found = await asyncio.gather(*map(answer, sfus))
        down = [one for one in found if isinstance(one, SfuDownError)]
        return [one for one in found if not isinstance(one, SfuDownError)], down

    async def _ask(
        self, sfu: str, method: str, path: str, body: object = None, *, within: float = TIMEOUT
    ) -> httpx.Response:
        address = f"http://{sfu}/operator/rooms{path}"
        headers = {"Authorization": f"Bearer {operator_token(self._settings.sfu_token_keys.newest)}"}
        try:
            async with httpx.AsyncClient(timeout=within, trust_env=False) as client:
                answer = await client.request(method, address, headers=headers, json=body)
        except httpx.HTTPError as error:
            raise SfuDownError(type(error).__name__) from error
        if answer.is_server_error or answer.status_code == httpx.codes.UNAUTHORIZED:
            raise SfuDownError(f"it answers {answer.status_code}: do all processes have the same secrets?")
        return answer


def _together(states: Sequence[State]) -> dict[str, Now]:
    rooms: dict[str, Now] = {}
    for state in states:
        for code, now in state.rooms.items():
            rooms[code] = rooms[code].together(now) if code in rooms else now
    return rooms
