"""The database for commands, which reach it for one piece of work and say what to do where they cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from app.db import Sessions, create_engine, create_sessions
from app.settings.installation import InstallationSettings

T = TypeVar("T")


def with_sessions(what: str, settings: InstallationSettings, work: Callable[[Sessions], Awaitable[T]]) -> T:
    """What `work` gives.

    Args:
        what: what cannot be reached without the database, for the message.
        settings: where the database is.
        work: what is to be done.

    Raises:
        click.ClickException: the database does not answer or has no tables; the message says what to do.
    """

    async def run() -> T:
        engine = create_engine(settings.sqlalchemy_url)
        try:
            return await work(create_sessions(engine))
        finally:
            await engine.dispose()

    try:
        return asyncio.run(run())
    except (SQLAlchemyError, OSError) as error:
        remedy = (
            "Check DATABASE_URL and that the database runs; `make run`, or `alembic upgrade head`, creates its tables."
        )
        raise click.ClickException(f"The {what} cannot be reached ({type(error).__name__}). {remedy}") from error
