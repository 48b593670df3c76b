"""What the installation keeps: rooms, who took part, the final captions, API keys and cloned voices."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Final, Literal

from sqlalchemy import (
    BigInteger,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.column_types import BigId, TimelineJson, UtcDateTime
from app.rights import Right, Role, rights
from tasks.wire.administration import Kind
from tasks.wire.keys import CaptionKey
from tasks.wire.messages import Timeline

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

Ending = Literal["host", "left", "full", "long", "off", "closed"]
"""Why a call is kept no longer: a host ended it, everybody left, there was no room for more, it took too long, an
administrator turned it off, the room was closed."""

RETENTION_DAYS: Final = 30
"""Days that a new room's captions are kept."""


def _now() -> datetime:
    return datetime.now(UTC)


def _random_id() -> str:
    return uuid.uuid4().hex


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can refer to them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Room(Base):
    """A place to talk, entered by whoever knows its code."""

    __tablename__ = "rooms"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    """The room's name on the wire and in its link; unguessable (`app.rooms.codes`)."""
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[RoomKind] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Nobody can enter before; null: at once."""
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """Nobody can enter from then on; null: it stays open until somebody closes it."""
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was closed: from then on nobody can enter."""
    retention_days: Mapped[int] = mapped_column(Integer, default=RETENTION_DAYS, server_default=str(RETENTION_DAYS))
    """Days that its captions are kept; 0: they are not stored at all."""
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=_now)
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

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=_random_id)
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
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
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
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=_now)
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
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To the minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def good(self, now: datetime) -> bool:
        """Whether it opens anything at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class StoredCaption(Base):
    """One final caption: a transcript, or its translation into one language."""

    __tablename__ = "captions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    segment: Mapped[str] = mapped_column(String(96))
    language: Mapped[str] = mapped_column(String(3))
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"))
    speaker: Mapped[str] = mapped_column(String(96))
    """The speaker's id as it came over the wire."""
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id", ondelete="SET NULL"), index=True)
    """The speaker's row; null when the speaker is not one of ours."""
    seq: Mapped[int] = mapped_column(BigInteger)
    source_language: Mapped[str] = mapped_column(String(3))
    text: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(String(54).with_variant(String(36), "sqlite"))
    """Position in the stream of captions, in the form that sorts as text (`app.captions.event_ids`).

    SQLite minds no length: its column kept the one that it was made with.
    """
    engine: Mapped[str] = mapped_column(Text)
    timeline: Mapped[Timeline] = mapped_column(TimelineJson)
    draft: Mapped[bool] = mapped_column(default=False, server_default=false())
    typed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it was typed and not spoken, or translates what was."""
    only: Mapped[str] = mapped_column(String(500), default="", server_default="")
    elsewhere: Mapped[str] = mapped_column(String(500), default="", server_default="")
    """Who is shown it (`Segment`): languages, each between spaces."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now, index=True)
    corrections: Mapped[list[Correction]] = relationship(
        lazy="selectin", order_by="Correction.id", passive_deletes=True
    )
    """The oldest first; the newest counts."""

    __table_args__ = (UniqueConstraint(*CaptionKey._fields), Index(None, "room_id", "event_id"))

    @property
    def is_source(self) -> bool:
        """Whether this is the transcript rather than a translation of it."""
        return self.language == self.source_language

    @property
    def interprets(self) -> bool:
        """Whether an interpreter said it in place of somebody else, or it translates what one said."""
        return bool(self.only)

    @property
    def correction(self) -> Correction | None:
        """The correction that counts."""
        return self.corrections[-1] if self.corrections else None

    @property
    def counting(self) -> int:
        """Id of the correction that counts; 0 where nobody has corrected it."""
        return self.correction.id if self.correction else 0

    @property
    def shown_text(self) -> str:
        """The text as it is shown: corrected where somebody did."""
        return self.correction.text if self.correction else self.text


class Switch(Base):
    """Something that administrators turn on and off. Without a row it is off."""

    __tablename__ = "switches"

    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    on: Mapped[bool] = mapped_column("is_on")


class KeptCall(Base):
    """A call that is, or was, kept as sound (`app.keeping`), from one press of a host to the next."""

    __tablename__ = "kept_calls"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=_random_id)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"), index=True)
    host: Mapped[str] = mapped_column(String(60))
    """Name of who began it."""
    key: Mapped[str] = mapped_column(String(120))
    """What its sound is sealed with, itself sealed with KEEP_SECRET, base64."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now, index=True)
    """Where its clock begins."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[Ending | None] = mapped_column(String(8))

    @property
    def since(self) -> float:
        """Where its clock begins, epoch seconds."""
        return self.started_at.timestamp()

    def seconds(self, now: datetime) -> float:
        """How long it is, at `now` where it goes on."""
        return max(0.0, ((self.ended_at or now) - self.started_at).total_seconds())


class KeptConsent(Base):
    """What somebody answered who was asked whether their voice may be kept, and from when to when it was."""

    __tablename__ = "kept_consents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("kept_calls.id", ondelete="CASCADE"), index=True)
    participant_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(60))
    """As it was then."""
    language: Mapped[str] = mapped_column(String(3))
    """What they spoke then."""
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Null: it holds. As early as `since`: they said no."""

    def holds(self, at: float) -> bool:
        """Whether their voice was to be kept at `at`, epoch seconds."""
        return self.since.timestamp() <= at and (self.until is None or at < self.until.timestamp())


class KeptTrack(Base):
    """One person's voice in a kept call, or its dub in one language: an Ogg file that lies in pieces."""

    __tablename__ = "kept_tracks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("kept_calls.id", ondelete="CASCADE"))
    speaker: Mapped[str] = mapped_column(String(32))
    """Id of the participant."""
    name: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(3))
    """What is spoken in it."""
    dubbed: Mapped[bool]
    serial: Mapped[int] = mapped_column(BigInteger)
    """Of the Ogg stream."""
    steps: Mapped[int] = mapped_column(BigInteger, default=0)
    """How long it is so far, in 2.5 ms (`tasks.wire.kept`)."""
    pages: Mapped[int] = mapped_column(BigInteger, default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes of the file so far."""
    lost: Mapped[float] = mapped_column(Float, default=0.0)
    """Seconds of it that could not be kept."""

    __table_args__ = (UniqueConstraint("call_id", "speaker", "language", "dubbed"),)


class KeptPiece(Base):
    """Some bytes of a kept track, and how loud and where in the call they are: both sealed."""

    __tablename__ = "kept_pieces"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("kept_tracks.id", ondelete="CASCADE"))
    start: Mapped[int] = mapped_column(BigInteger)
    """Place of its first byte in the file."""
    size: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    notes: Mapped[bytes] = mapped_column(LargeBinary)
    """`app.keeping.sealing.Notes`, sealed."""

    __table_args__ = (UniqueConstraint("track_id", "start"),)


class StreamLife(Base):
    """One life of the stream of captions in Redis, until its history was lost (`app.captions.lives`)."""

    __tablename__ = "stream_lives"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(8), unique=True)
    """What the stream calls it (`tasks.wire.captions`)."""
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    """When it was first met."""


class Correction(Base):
    """What a participant made of a caption; the caption itself stays as it was."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    caption_id: Mapped[int] = mapped_column(ForeignKey("captions.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id", ondelete="SET NULL"), index=True)
    author: Mapped[str] = mapped_column(String(60))
    """The participant's name at that time."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)


class ApiKey(Base):
    """A program's way in to the speech APIs. Rows stay when a key is revoked: they say who owned what."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    lookup: Mapped[str] = mapped_column(String(12), unique=True)
    """The part of the key that finds it."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the secret part, hexadecimal."""
    scopes: Mapped[str] = mapped_column(String(120))
    """Members of `app.auth.api_keys.SCOPES`, with spaces between."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To the minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(Base):
    """A link with which somebody may make rooms (`app.rooms.invitations`). Rows stay when it is revoked."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token in the link, hexadecimal."""
    uses: Mapped[int | None] = mapped_column(Integer)
    """Rooms that can be made with it; null: any number."""
    used: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Voice(Base):
    """A cloned voice. Its reference recording lies in JBC_VAR/voices (`app.speech_api.voices`)."""

    __tablename__ = "voices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=_random_id)
    owner_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"), index=True)
    """The only key that may see, use and delete it."""
    name: Mapped[str] = mapped_column(String(80))
    consent: Mapped[str] = mapped_column(Text)
    """The statement that the speaker agreed, as it was given."""
    consent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    seconds: Mapped[float] = mapped_column(Float)
    """Length of the reference."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)


class Admin(Base):
    """Somebody who may look after this installation."""

    __tablename__ = "admins"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    password: Mapped[str] = mapped_column(String(200))
    """Argon2id, with its parameters and salt (`app.auth.passwords`); empty: they sign in by another service alone."""
    role: Mapped[str] = mapped_column(String(10), default="owner", server_default="owner")
    """A member of `app.auth.roles.Role`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    """When the password was last set."""
    subject: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)
    """Who they are at the service that they sign in by (`app.auth.admins.subject`)."""
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when they may not log in, in whatever way; null: they may."""


class AdminSession(Base):
    """A browser in which an administrator is logged in. The row goes when the session ends."""

    __tablename__ = "admin_sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admins.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token in the browser's cookie, hexadecimal."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    """To the minute."""
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))
    """What the browser calls itself."""


class SecondFactor(Base):
    """What an administrator's app and we share (`app.auth.second_factor`)."""

    __tablename__ = "second_factors"

    admin_id: Mapped[int] = mapped_column(ForeignKey("admins.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(200))
    """Encrypted with SECOND_FACTOR_SECRET, base64."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when it is asked for; null: nobody has shown yet that an app has it."""
    last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The step of 30 s since the epoch of the newest code that was taken: older ones are taken no more."""


class RecoveryCode(Base):
    """Stands in for a code of the app once. The row goes when it is used."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admins.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256, hexadecimal, of 74 random bits."""


class AuditEntry(Base):
    """One thing that an administrator did, or that was tried in their name. Never what somebody said in a call."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    who: Mapped[str] = mapped_column(String(60))
    """Name of the administrator; empty where nobody is logged in."""
    action: Mapped[str] = mapped_column(String(40))
    """A member of `app.admin.audit.ACTIONS`."""
    subject: Mapped[str] = mapped_column(String(200))
    """What it was done to, as a room's name or a model's."""
    detail: Mapped[str] = mapped_column(String(400))
    address: Mapped[str] = mapped_column(String(64))
    """Where it came from; "command line" for the `jbcalling` command."""

    __table_args__ = (Index(None, "action", "at"),)


class EngineChoice(Base):
    """What is to serve one language or pair (`operator_choices.Choice`); without a row it is the best there is."""

    __tablename__ = "engine_choices"

    kind: Mapped[Kind] = mapped_column(String(10), primary_key=True)
    wanted: Mapped[str] = mapped_column(String(7), primary_key=True)
    """A language, or a pair like "en>pt"."""
    enabled: Mapped[bool]
    engine: Mapped[str | None] = mapped_column(String(160))


class GlossaryTerm(Base):
    """A term of one language pair, with what it is used for (`tasks.operator_choices.Term`)."""

    __tablename__ = "glossary_terms"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source_language: Mapped[str] = mapped_column(String(3))
    target_language: Mapped[str] = mapped_column(String(3))
    source: Mapped[str] = mapped_column(String(120))
    target: Mapped[str] = mapped_column(String(120))
    hotword: Mapped[bool]
    translate: Mapped[bool]
    spoken: Mapped[str] = mapped_column(String(200))

    __table_args__ = (UniqueConstraint("source_language", "target_language", "source"),)
