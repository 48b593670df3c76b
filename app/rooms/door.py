"""Who comes in at a room's door, and as what."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from litestar import Request

from app.auth import login_throttle, passwords
from app.auth.derived import derived
from app.i18n import gettext as _
from app.limits.shared import Shared
from app.rights import Role
from app.tables import Participant, Room, RoomLink, Standing
from app.web.errors import PersonalLinkError, RoomLockedError

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class Entry:
    """As what somebody comes in."""

    role: Role
    standing: Standing
    link: RoomLink | None = None
    """By which they come; None: the room's plain one."""
    address: str = ""
    """`mark` of where they come from."""


class WrongPasswordError(ValueError):
    """The message says what to do."""


class Passwords:
    """Checks the passwords of rooms; whoever guesses waits, by room and address."""

    def __init__(self, shared: Shared) -> None:
        window = login_throttle.WINDOW.total_seconds()
        self._tries = shared.recent("room-password", login_throttle.MAX_FAILURES, window)

    async def check(self, room: Room, typed: str, address: str) -> None:
        """Nothing where it is the room's password, or the room has none.

        Raises:
            WrongPasswordError: it is not, or there were too many wrong ones.
        """
        if room.password is None:
            return
        who = f"{room.id} {login_throttle.source(address)}"
        # Counted first: several guesses at once count as several.
        if wait := await (self._tries.wait(who) if typed else self._tries.full(who)):
            minutes = max(1, round(wait / 60))
            raise WrongPasswordError(_("Too many wrong passwords. Try again in %(num)s minutes.", num=minutes))
        if not typed:
            raise WrongPasswordError(_("Type the password of this room: the person who invited you has it."))
        if not await passwords.matches(typed, room.password):
            raise WrongPasswordError(_("That is not the password of this room. Ask for it again."))
        await self._tries.forget(who)


def role_of(room: Room, link: RoomLink | None, known: Participant | None) -> Role:
    """As what somebody comes by `link`, or by the room's plain one; who has been more before stays that.

    Raises:
        PersonalLinkError: the plain link opens nothing.
        RoomLockedError: nobody new comes in.
    """
    inside = known if known and known.standing == "in" else None
    # What a host has made of somebody since they came by this link counts more than it does.
    kind = link.kind if link and not (inside and inside.link_id == link.id) else None
    if kind == "host" or (inside and inside.role == "host"):
        return "host"
    if room.kind == "demo":
        return "listener"  # the recording alone speaks there
    if inside is None and room.locked:
        raise RoomLockedError
    if kind == "speaker" or (inside and inside.role == "speaker"):
        return "speaker"
    if kind == "listener" or inside:
        return "listener"
    if room.guests == "nobody":
        raise PersonalLinkError
    return room.guests


def interprets_of(link: RoomLink | None, known: Participant | None) -> str:
    """What somebody who comes by `link` may interpret, as `Participant.interprets`.

    What a host has decided about it since they came by this link counts more than it does.
    """
    if link and link.interprets and not (known and known.interprets_by == link.id):
        return link.interprets
    return known.interprets if known else ""


def asks_password(room: Room, role: Role, link: RoomLink | None, known: Participant | None) -> bool:
    """Whether somebody must know the password: not who has been let in before, or comes by a link that a host made."""
    inside = known is not None and known.standing == "in"
    return room.password is not None and role != "host" and link is None and not inside


def standing_of(room: Room, role: Role, known: Participant | None, *, marked: bool) -> Standing:
    """Whether somebody comes in at once: not where hosts let people in, or one like them was removed (`marked`)."""
    if role == "host" or (known and known.standing == "in"):
        return "in"
    return "waiting" if room.waiting_room or marked else "in"


def mark(secret: str, room: Room, address: str) -> str:
    """Tells addresses apart within one room, for whoever does not know `secret`: 16 hexadecimal digits."""
    words = f"{room.code} {login_throttle.source(address)}".encode()
    return hashlib.blake2b(words, key=derived(secret, "jbc-addresses"), digest_size=8).hexdigest()


def address_of(request: AnyRequest) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""
