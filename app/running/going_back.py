"""Which migrations a database can go back over, and what of it is lost with each.

It is found out by trying: an empty database goes back one migration after the other, and what is missing of its schema
then is what the real one would lose.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import Connection, func, inspect, literal_column, select, table
from sqlalchemy.ext.asyncio import AsyncEngine

from app import migrate


class Loss(NamedTuple):
    """What goes with a migration."""

    table: str
    column: str = ""
    """Empty: the whole table."""

    def __str__(self) -> str:
        return f"{self.table}.{self.column}" if self.column else f"the table {self.table}"


class Step(NamedTuple):
    """One migration, taken back."""

    revision: str
    what: str
    """The first line of its description."""
    losses: tuple[Loss, ...]
    fault: str = ""
    """Why it does not go back; empty where it does."""


def steps(present: str, older: str) -> list[Step]:
    """What going back from one revision to an older one comes to, in its order; none after one that does not go back.

    Raises:
        alembic.util.CommandError: the older one does not lead to the present one.
    """
    found: list[Step] = []
    scripts = migrate.between(present, older)
    with tempfile.TemporaryDirectory(prefix="jbc-going-back-") as folder:
        file = Path(folder) / "rehearsal.db"
        url = f"sqlite+aiosqlite:///{file}"
        migrate.upgrade(url, present)
        before = _schema(file)
        for script in scripts:
            what = (script.doc or "").partition("\n")[0]
            try:
                migrate.downgrade(str(script.down_revision or "base"), url)
            except Exception as error:  # whatever a migration raises says that it does not go back
                found.append(Step(script.revision, what, (), str(error) or type(error).__name__))
                break
            after = _schema(file)
            found.append(Step(script.revision, what, tuple(_missing(before, after))))
            before = after
    return found


def _schema(file: Path) -> dict[str, list[str]]:
    engine = sqlalchemy.create_engine(f"sqlite:///{file}")
    try:
        seen = inspect(engine)
        return {name: [column["name"] for column in seen.get_columns(name)] for name in seen.get_table_names()}
    finally:
        engine.dispose()


def _missing(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[Loss]:
    tables = [Loss(name) for name in before if name not in after]
    kept = [(name, columns) for name, columns in before.items() if name in after]
    return tables + [Loss(name, column) for name, columns in kept for column in columns if column not in after[name]]


async def rows(engine: AsyncEngine, losses: tuple[Loss, ...]) -> dict[Loss, int]:
    """Loss → rows of the database in which there is anything to be lost; those with none are left out.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database does not answer, or has no such table.
    """
    async with engine.connect() as connection:
        counted = {loss: await connection.run_sync(_count, loss) for loss in losses}
    return {loss: count for loss, count in counted.items() if count}


def _count(connection: Connection, loss: Loss) -> int:
    query = select(func.count()).select_from(table(loss.table))
    if loss.column:
        columns = {column["name"]: column for column in inspect(connection).get_columns(loss.table)}
        quoted = connection.dialect.identifier_preparer.quote(loss.column)
        usual = columns[loss.column]["default"] or "NULL"
        query = query.where(literal_column(quoted).is_distinct_from(literal_column(usual)))
    return connection.execute(query).scalar_one()
