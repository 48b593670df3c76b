"""An administrator in front of the pages."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from app.auth.admins import Admins
from app.db import create_engine, create_sessions
from app.settings.web import WebSettings
from app.tables import AuditEntry
from ops.harness.web_server import ADMIN_COOKIE, csrf_of

NAME = "Ada"
PASSWORD = "correct horse battery staple"


on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For tests that ask nothing of the database that another would do in its own way."""


async def make(settings: WebSettings, name: str = NAME) -> None:
    """Make an administrator whose password is `PASSWORD`."""
    engine = create_engine(settings.sqlalchemy_url)
    await Admins(create_sessions(engine)).set_password(name, PASSWORD)
    await engine.dispose()


async def audit_log(settings: WebSettings, *fields: str) -> list[tuple[str, ...]]:
    """Of each entry of the audit log, the first one first, these fields."""
    engine = create_engine(settings.sqlalchemy_url)
    async with create_sessions(engine)() as session:
        entries = await session.scalars(select(AuditEntry))
        found = [tuple(str(getattr(entry, field)) for field in fields) for entry in entries]
    await engine.dispose()
    return found


async def log_in(client: httpx.AsyncClient, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Send the form of the login page."""
    await client.get("/admin/login")
    return await send(client, "/admin/login", name=NAME, password=password, **more)


async def enter(client: httpx.AsyncClient, settings: WebSettings) -> None:
    """Make the first administrator and log in."""
    await make(settings)
    await log_in(client)


async def send(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Send a form as a page would."""
    return await client.post(path, data={"_csrf_token": csrf_of(client), **fields})


def be(client: httpx.AsyncClient, token: str) -> str:
    """Go on with another session, or with none (""); the token of the one before."""
    before = [cookie for cookie in client.cookies.jar if cookie.name == ADMIN_COOKIE]
    for cookie in before:
        client.cookies.jar.clear(cookie.domain, cookie.path, cookie.name)
    if token:
        client.cookies.set(ADMIN_COOKIE, token, path="/admin")
    return (before[0].value or "") if before else ""
