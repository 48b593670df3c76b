"""Links into a room that make a host, a speaker, a listener or an interpreter of whoever follows them.

Each can be taken back. Of its secret only the digest is kept, as of an API key: whoever reads the database can enter by
none of them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.auth.read_tokens import ReadToken
from app.db import Sessions
from app.i18n import N_
from app.tables import LinkKind, Participant, Room, RoomLink

REVOKED: Final = N_("This link has been revoked, or is not whole: ask for a new one.")
USED_EVERY: Final = timedelta(minutes=1)
"""Coarseness of `last_used_at`."""
MAX_LINKS: Final = 200
"""Good ones of a room: whoever needs more revokes some."""

EntryKind = Literal["host", "speaker", "listener"]


class TooManyLinksError(ValueError):
    """The room has `MAX_LINKS` links."""


class RoomLinks:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def make(
        self,
        room: Room,
        kind: EntryKind,
        maker: str,
        maker_id: str | None = None,
        *,
        interprets: Sequence[str] = (),
        lifetime: timedelta | None = None,
    ) -> str:
        """A new link, perhaps for somebody who interprets pairs of languages; its secret, which is seen only now.

        Raises:
            TooManyLinksError: there are too many.
        """
        secret = secrets.token_urlsafe(24)
        await self.note(room, kind, _digest(secret), maker, maker_id, interprets=interprets, lifetime=lifetime)
        return secret

    async def note(
        self,
        room: Room,
        kind: LinkKind,
        lookup: str,
        maker: str,
        maker_id: str | None = None,
        *,
        language: str | None = None,
        interprets: Sequence[str] = (),
        lifetime: timedelta | None = None,
    ) -> None:
        """Keep that there is a link.

        Raises:
            TooManyLinksError: there are too many.
        """
        now = datetime.now(UTC)
        async with self._sessions.begin() as session:
            lasting = or_(RoomLink.expires_at.is_(None), RoomLink.expires_at > now)
            good = (RoomLink.room_id == room.id, RoomLink.revoked_at.is_(None), lasting)
            count = await session.scalar(select(func.count()).select_from(RoomLink).where(*good)) or 0
            if maker_id and count >= MAX_LINKS:  # participants keep no administrator out
                raise TooManyLinksError
            session.add(
                RoomLink(
                    room_id=room.id,
                    kind=kind,
                    lookup=lookup,
                    language=language,
                    interprets=" ".join(interprets),
                    maker=maker,
                    maker_id=maker_id,
                    expires_at=now + lifetime if lifetime else None,
                )
            )

    async def opened(self, room: Room, secret: str) -> RoomLink | None:
        """The link with this secret, which counts as used now; None: it opens nothing here."""
        link = await self._find(room, _digest(secret))
        return link if link and link.kind != "read" and await self._use(link) else None

    async def readable(self, room: Room, token: ReadToken) -> bool:
        """Whether a link to the captions is good; one from before links were listed is listed from now on.

        Nobody is known to have made such a one: hosts see it and can take it back.
        """
        link = await self._find(room, token.id)
        if link is None:
            link = await self._adopt(room, token)
        return link is not None and await self._use(link)

    async def _adopt(self, room: Room, token: ReadToken) -> RoomLink | None:
        issued, expires = (datetime.fromtimestamp(at, UTC) for at in (token.issued, token.expires))
        with suppress(IntegrityError):  # another process has, in this moment
            async with self._sessions.begin() as session:
                session.add(
                    RoomLink(
                        room_id=room.id,
                        kind="read",
                        lookup=token.id,
                        language=token.language,
                        maker="",
                        created_at=issued,
                        expires_at=expires,
                    )
                )
        return await self._find(room, token.id)

    async def _find(self, room: Room, lookup: str) -> RoomLink | None:
        async with self._sessions() as session:
            query = select(RoomLink).where(RoomLink.lookup == lookup, RoomLink.room_id == room.id)
            return (await session.scalars(query)).one_or_none()

    async def _use(self, link: RoomLink) -> bool:
        """Whether it is good; then it counts as used now."""
        now = datetime.now(UTC)
        if not link.good(now):
            return False
        if link.last_used_at is None or now - link.last_used_at >= USED_EVERY:
            async with self._sessions.begin() as session:
                await session.execute(update(RoomLink).where(RoomLink.id == link.id).values(last_used_at=now))
        return True

    async def all(self, room: Room) -> Sequence[RoomLink]:
        """Those that are good, the newest first."""
        now = datetime.now(UTC)
        query = select(RoomLink).where(RoomLink.room_id == room.id, RoomLink.revoked_at.is_(None))
        async with self._sessions() as session:
            return [link for link in await session.scalars(query.order_by(RoomLink.id.desc())) if link.good(now)]

    async def revoke(self, room: Room, link_id: int, by: str) -> RoomLink | None:
        """Take a link back, at once and for good; None where there is none.

        Who has become host by it is none any more, but for whoever takes it back (`by`, their id); nor do those
        interpret any more who have come by it to do so.
        """
        which = (RoomLink.id == link_id, RoomLink.room_id == room.id, RoomLink.revoked_at.is_(None))
        return next(iter(await self._revoke(*which, by=by)), None)

    async def revoke_of(self, room: Room, maker_id: str) -> Sequence[RoomLink]:
        """Take all links back that a participant has made."""
        return await self._revoke(
            RoomLink.room_id == room.id, RoomLink.maker_id == maker_id, RoomLink.revoked_at.is_(None)
        )

    async def _revoke(self, *which: ColumnElement[bool], by: str = "") -> Sequence[RoomLink]:
        async with self._sessions.begin() as session:
            links = list(await session.scalars(select(RoomLink).where(*which)))
            for link in links:
                link.revoked_at = datetime.now(UTC)
            by_these = Participant.link_id.in_([link.id for link in links if link.kind == "host"])
            hosts = update(Participant).where(by_these, Participant.role == "host", Participant.id != by)
            await session.execute(hosts.values(role="speaker"))
            for link in (link for link in links if link.interprets):  # what a host has let them do since stays
                by_it = (Participant.interprets_by == link.id, Participant.interprets == link.interprets)
                await session.execute(update(Participant).where(*by_it).values(interprets=""))
        return links


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
