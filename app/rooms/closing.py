"""Closing a room, for whoever may: its host or an administrator."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from sqlalchemy import update

from app.db import Sessions
from app.rooms.sfu import SfuDownError, SfuOperator
from app.tables import Room

log = structlog.get_logger(__name__)


async def close_room(sessions: Sessions, sfu: SfuOperator, room: Room) -> bool:
    """Close a room and end the call in it; False where the SFU could not be told, so that the call goes on.

    Nobody can enter from then on in either case.
    """
    async with sessions.begin() as session:
        await session.execute(update(Room).where(Room.id == room.id).values(closed_at=datetime.now(UTC)))
    try:
        await sfu.end(room.code)
    except SfuDownError as error:
        log.error("rooms.call_not_ended", room_id=room.id, error=str(error))
        return False
    return True
