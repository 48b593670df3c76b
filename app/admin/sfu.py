"""What the SFU says of its rooms: it alone knows who is in, and it holds what the ladder says of each room."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

import httpx
import msgspec

from app.auth.tokens import ParticipantMeta, operator_token
from app.settings.web import WebSettings
from tasks.wire.addresses import authority

TIMEOUT = 2.0
"""Seconds for an answer on loopback."""


class SfuDownError(RuntimeError):
    """The SFU does not answer."""


class Inside(msgspec.Struct, frozen=True):
    """Somebody in a room."""

    id: str
    meta: dict[str, Any]
    recorded: bool

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


class Now(msgspec.Struct, frozen=True):
    """One room at this moment."""

    room: str
    participants: list[Inside]
    notices: list[Notice]

    @property
    def people(self) -> list[Inside]:
        """Those who are there themselves."""
        return [participant for participant in self.participants if not participant.recorded]


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
    """Asks every SFU over HTTP, and ends calls."""

    def __init__(self, settings: WebSettings) -> None:
        self._settings = settings
        self._all = settings.sfu_operators or (authority(settings.sfu_address, settings.sfu_port),)

    async def look(self) -> State:
        """Who is where, on those SFUs that answer.

        Raises:
            SfuDownError: none does, or they are of another version.
        """
        found = await asyncio.gather(*map(self._look, self._all), return_exceptions=True)
        states = [state for state in found if isinstance(state, State)]
        for failure in (failure for failure in found if isinstance(failure, BaseException)):
            if not states or not isinstance(failure, SfuDownError):
                raise failure
        return State(
            any(state.bridge for state in states), {code: now for state in states for code, now in state.rooms.items()}
        )

    async def _look(self, sfu: str) -> State:
        answer = await self._ask(sfu, "GET", "")
        try:
            found = msgspec.json.decode(answer.content, type=_Rooms)
        except msgspec.DecodeError as error:
            raise SfuDownError("it answers in an unknown form: update all processes") from error
        return State(found.bridge == "up", {room.room: room for room in found.rooms})

    async def end(self, room: str) -> bool:
        """End the call in a room, wherever it is, so that no token from before opens it again; whether there was one.

        Raises:
            SfuDownError: one of them does not answer. The others have been told.
        """
        asked = (self._ask(sfu, "DELETE", f"/{room}") for sfu in self._all)
        found = await asyncio.gather(*asked, return_exceptions=True)
        for failure in (failure for failure in found if isinstance(failure, BaseException)):
            raise failure
        return any(
            isinstance(answer, httpx.Response) and answer.status_code == httpx.codes.NO_CONTENT for answer in found
        )

    async def _ask(self, sfu: str, method: str, path: str) -> httpx.Response:
        address = f"http://{sfu}/operator/rooms{path}"
        headers = {"Authorization": f"Bearer {operator_token(self._settings.sfu_token_keys.newest)}"}
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
                answer = await client.request(method, address, headers=headers)
        except httpx.HTTPError as error:
            raise SfuDownError(type(error).__name__) from error
        if answer.is_server_error or answer.status_code == httpx.codes.UNAUTHORIZED:
            raise SfuDownError(f"it answers {answer.status_code}: do all processes have the same secrets?")
        return answer
