"""Who comes in at a room's door, and as what."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from litestar import Request

from app.auth import login_throttle, passwords
from app.auth.derived import derived
from app.i18n import gettext as _
from app.rights import Role
from app.tables import Participant, Room, RoomLink, Standing
from app.web.errors import PersonalLinkError, RoomLockedError

MAX_ADDRESSES: Final = 10_000
"""Of those who have typed a wrong password, remembered at most."""

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

    def __init__(self) -> None:
        self._failures: dict[tuple[int, str], list[datetime]] = {}

    async def check(self, room: Room, typed: str, address: str) -> None:
        """Nothing where it is the room's password, or the room has none.

        Raises:
            WrongPasswordError: it is not, or there were too many wrong ones.
        """
        if room.password is None:
            return
        key, now = (room.id, login_throttle.source(address)), datetime.now(UTC)
        failures = self._failures.get(key, [])
        if wait := login_throttle.wait(failures, now):
            minutes = max(1, round(wait / timedelta(minutes=1)))
            raise WrongPasswordError(_("Too many wrong passwords. Try again in %(num)s minutes.", num=minutes))
        if not typed:
            raise WrongPasswordError(_("Type the password of this room: the person who invited you has it."))
        # Noted first: several guesses at once count as several.
        self._failures[key] = [now, *failures][: login_throttle.MAX_FAILURES]
        if not await passwords.matches(typed, room.password):
            while len(self._failures) > MAX_ADDRESSES:
                del self._failures[next(iter(self._failures))]
            raise WrongPasswordError(_("That is not the password of this room. Ask for it again."))
        self._failures.pop(key, None)


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
