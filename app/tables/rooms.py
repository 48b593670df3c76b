"""Rooms, who took part, and the links that lead into them."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.column_types import BigId, UtcDateTime
from app.rights import Right, Role, rights
from app.tables.base import Base, now, random_id

RoomKind = Literal["call", "demo", "talk"]
"""A talk is of two people at one device (`app.talk`)."""
ParticipantKind = Literal["person", "recording"]
Door = Literal["early", "open", "closed"]
"""Whether people can enter a room: not yet, now, or no more."""
Guests = Literal["speaker", "listener", "nobody"]
"""What those are who come by a room's plain link."""
Standing = Literal["in", "waiting", "refused", "removed"]
"""Whether somebody may be in a room: yes, when a host lets them in, or no, as a host has said before or after that."""
Shown = Literal["all", "joined"]
"""Everything that was said, or what was said since one joined."""
LinkKind = Literal["host", "speaker", "listener", "read"]
"""What a link makes of whoever follows it; "read" opens the captions alone."""
RETENTION_DAYS: Final = 30
"""Days that a new room's captions are kept."""


class Room(Base):
    """A place to talk, entered by whoever knows its code."""

    __tablename__ = "rooms"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    """The room's name on the wire and in its link; unguessable (`app.rooms.codes`)."""
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[RoomKind] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Nobody can enter before; null: at once."""
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """Nobody can enter from then on; null: it stays open until somebody closes it."""
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was closed: from then on nobody can enter."""
    retention_days: Mapped[int] = mapped_column(Integer, default=RETENTION_DAYS, server_default=str(RETENTION_DAYS))
    """Days that its captions are kept; 0: they are not stored at all."""
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)
    """When somebody entered it last, to the hour."""
    capacity: Mapped[int | None] = mapped_column(Integer)
    """People who fit in at once, those aside who only listen; null: as many as the SFU takes."""
    waiting_room: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a host lets newcomers in."""
    locked: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether nobody new comes in."""
    only_hosts_speak: Mapped[bool] = mapped_column(default=False, server_default=false())
    in_turns: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether one speaks after the other."""
    guests: Mapped[Guests] = mapped_column(String(8), default="speaker", server_default="speaker")
    password: Mapped[str | None] = mapped_column(String(200))
    """Argon2id (`app.auth.passwords`); null: none is asked for."""
    history: Mapped[Shown | None] = mapped_column(String(8))
    """What newcomers see of what was said before; null: everything, with a waiting room only from joining on."""

    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When people meet there, as invitations say; null: nothing is planned."""
    lasts: Mapped[int] = mapped_column(Integer, default=60, server_default="60")
    """For how many minutes."""
    zone: Mapped[str] = mapped_column(String(64), default="UTC", server_default="UTC")
    """Time zone of whoever said so, by its name of the IANA."""
    date_changes: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How often that has been changed, so that calendars know which entry is newer."""

    __table_args__ = (Index(None, "kind", "created_at"),)

    @property
    def stores(self) -> bool:
        """Whether its captions go into the database."""
        return self.retention_days > 0

    @property
    def shows_all(self) -> bool:
        """Whether newcomers see what was said before they came."""
        return self.history == "all" if self.history else not self.waiting_room

    def door(self, now: datetime) -> Door:
        """Whether people can enter at `now`."""
        if self.closed_at is not None or (self.closes_at is not None and self.closes_at <= now):
            return "closed"
        return "early" if self.opens_at is not None and now < self.opens_at else "open"


class Participant(Base):
    """Somebody in one room, or a recorded speaker; the id is the one that the SFU and the wire messages use."""

    __tablename__ = "participants"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=random_id)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[ParticipantKind] = mapped_column(String(10))
    speak: Mapped[str] = mapped_column(String(3))
    read: Mapped[str] = mapped_column(String(3))
    hear: Mapped[str] = mapped_column(String(10))
    """A language, or "original"."""
    hear_drafts: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether drafts are spoken to them too."""
    whole_sentences: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether they are given translations by whole sentences rather than as soon as possible."""
    among: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """Languages that are spoken at their microphone, with spaces between, where several people share it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    role: Mapped[Role] = mapped_column(String(8), default="speaker", server_default="speaker")
    standing: Mapped[Standing] = mapped_column(String(8), default="in", server_default="in")
    vouched: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a host has let them in or named them, so that they may follow the last host who leaves."""
    stands_in: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether they are host until a host is back."""
    link_id: Mapped[int | None] = mapped_column(BigInteger)
    """The host link (`RoomLink`) by which they came last; null: by none."""
    admitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When they were first let in; null: when they came, from before this was noted."""
    address: Mapped[str] = mapped_column(String(16), default="", server_default="")
    """Tells whether two came from the same address, and not from which (`app.rooms.door.mark`)."""
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)
    """When they were last in the call or about to enter it, to the hour."""
    interprets: Mapped[str] = mapped_column(String(32), default="", server_default="")
    """Pairs of languages that a host lets them interpret, as "pt>en en>pt"."""
    offers: Mapped[str] = mapped_column(String(32), default="", server_default="")
    """Pairs that they have offered to interpret, of which no host has decided yet."""
    interprets_by: Mapped[int | None] = mapped_column(BigInteger)
    """The link for interpreters (`RoomLink`) by which they came last; null: by none."""
    had_words: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether captions of theirs have been deleted: with the last of them this row goes."""

    @property
    def shared_languages(self) -> list[str]:
        """Those of `among`; empty where they speak one language, `speak`."""
        return self.among.split()

    @property
    def hosts(self) -> bool:
        """Whether they decide for others now."""
        return self.role == "host" or self.stands_in

    def sees_from(self, room: Room) -> float:
        """From when on they are shown what is said in `room`, which is theirs, epoch seconds; 0: all of it."""
        return 0.0 if room.shows_all or self.hosts else (self.admitted_at or self.created_at).timestamp()

    def rights(self, room: Room) -> tuple[Right, ...]:
        """What they may do in `room`, which is theirs."""
        return rights(
            "host" if self.hosts else self.role,
            only_hosts_speak=room.only_hosts_speak,
            interprets=self.interprets.split(),
        )


class RoomLink(Base):
    """A link into a room that can be taken back, beside the plain one with its code."""

    __tablename__ = "room_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LinkKind] = mapped_column(String(8))
    lookup: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of its secret, hexadecimal; of a link to the captions the id in its token."""
    language: Mapped[str | None] = mapped_column(String(3))
    """Of the captions that it opens."""
    interprets: Mapped[str] = mapped_column(String(32), default="", server_default="")
    """Pairs of languages that whoever comes in by it may interpret, as "pt>en en>pt"."""
    maker: Mapped[str] = mapped_column(String(60))
    """Name of who made it, at that time."""
    maker_id: Mapped[str | None] = mapped_column(String(32))
    """Their id as a participant; null where an administrator or nobody in particular has made it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To the minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def good(self, now: datetime) -> bool:
        """Whether it opens anything at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
