"""Dates of rooms in the database."""

from __future__ import annotations

from sqlalchemy import update

from app.db import Sessions
from app.planning.date_form import DateForm
from app.tables import Room


class Dates:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def set(self, room: Room, form: DateForm | None) -> None:
        """Give the room this date, or none; calendars learn of each change."""
        new = (form.starts_at, form.minutes, form.zone) if form else (None, room.lasts, room.zone)
        if new == (room.starts_at, room.lasts, room.zone):
            return
        starts_at, lasts, zone = new
        values = {"starts_at": starts_at, "lasts": lasts, "zone": zone, "date_changes": Room.date_changes + 1}
        async with self._sessions.begin() as session:
            await session.execute(update(Room).where(Room.id == room.id).values(**values))
