"""What the installation keeps: rooms, who took part, the final captions, API keys and cloned voices."""

from app.tables.access import ApiKey, Invitation, Voice
from app.tables.administrators import Admin, AdminSession, AuditEntry, RecoveryCode, SecondFactor
from app.tables.base import Base
from app.tables.captions import Correction, StoredCaption, StreamLife
from app.tables.choices import EngineChoice, GlossaryTerm, Switch
from app.tables.keeping import Ending, KeptCall, KeptConsent, KeptPiece, KeptTrack
from app.tables.rooms import (
    RETENTION_DAYS,
    Door,
    Guests,
    LinkKind,
    Participant,
    ParticipantKind,
    Room,
    RoomKind,
    RoomLink,
    Shown,
    Standing,
)

__all__ = [
    "RETENTION_DAYS",
    "Admin",
    "AdminSession",
    "ApiKey",
    "AuditEntry",
    "Base",
    "Correction",
    "Door",
    "Ending",
    "EngineChoice",
    "GlossaryTerm",
    "Guests",
    "Invitation",
    "KeptCall",
    "KeptConsent",
    "KeptPiece",
    "KeptTrack",
    "LinkKind",
    "Participant",
    "ParticipantKind",
    "RecoveryCode",
    "Room",
    "RoomKind",
    "RoomLink",
    "SecondFactor",
    "Shown",
    "Standing",
    "StoredCaption",
    "StreamLife",
    "Switch",
    "Voice",
]
