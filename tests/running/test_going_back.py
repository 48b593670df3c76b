"""Going back to an older version: what is lost is said before anything is done."""

from __future__ import annotations

import asyncio
import socket
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app import migrate
from app.commands.cli import main
from app.db import create_engine
from app.running import going_back
from ops.harness.ports import free_port
from tests.support.postgres import Postgres

ROWS = (
    "INSERT INTO rooms (id, code, name, kind, created_at, starts_at) VALUES"
    " (1, 'c', 'n', 'call', '2026-01-01 00:00:00+00', '2026-01-02 00:00:00+00'),"
    " (2, 'd', 'n', 'call', '2026-01-01 00:00:00+00', NULL)",
    "INSERT INTO participants (id, room_id, name, kind, speak, read, hear, created_at, among) VALUES"
    " ('p', 1, 'Ana', 'person', 'pt', 'pt', 'pt', '2026-01-01 00:00:00+00', 'pt,en'),"
    " ('q', 1, 'Ben', 'person', 'en', 'en', 'en', '2026-01-01 00:00:00+00', '')",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of today with some rows."""
    if request.param == "sqlite":
        found = f"sqlite+aiosqlite:///{tmp_path}/x.db"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        found = asyncio.run(server.create_database())
    migrate.upgrade(found)
    asyncio.run(execute(found, *ROWS))
    monkeypatch.setenv("DATABASE_URL", found)
    monkeypatch.setenv("JBC_VAR", str(tmp_path))
    monkeypatch.setenv("WEB_PORT", str(free_port()))
    return found


async def execute(url: str, *statements: str) -> None:
    engine = create_engine(url)
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def present(url: str) -> str | None:
    engine = create_engine(url)
    try:
        return await migrate.present(engine)
    finally:
        await engine.dispose()


def back(*words: str, answer: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(main, ["migrations", "back", *words], input=answer, catch_exceptions=False)
    return result.exit_code, result.output


def test_what_is_lost_is_said_before_and_the_rest_is_there_afterwards(url: str) -> None:
    status, said = back("0025", answer="n\n")
    assert status == 1
    assert "0027 Several people at one microphone. Loses participants.among (in 1 rows)." in said
    assert "0026 When rooms take place. Loses rooms.starts_at (in 1 rows)." in said
    assert asyncio.run(present(url)) == migrate.newest(), "nobody said yes"
    with socket.create_server(("127.0.0.1", 0)) as web, pytest.MonkeyPatch.context() as running:
        running.setenv("WEB_PORT", str(web.getsockname()[1]))
        assert "`web` is running" in back("0025", "--yes")[1]
    assert back("0025", "--yes")[0] == 0
    assert asyncio.run(present(url)) == "0025"
    migrate.upgrade(url)
    asyncio.run(execute(url, "UPDATE participants SET name = 'Eva' WHERE id = 'p'"))
    status, said = back("0025", answer="n\n")
    assert "Loses participants" not in said


def test_where_a_migration_does_not_go_back_nothing_is_begun(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = tmp_path / "migrations"
    versions.mkdir()
    for file in (migrate.MIGRATIONS / "versions").glob("*.py"):
        (versions / file.name).write_text(file.read_text())
    newest = max(versions.glob("*.py"))
    source = newest.read_text()
    newest.write_text(
        source[: source.index("def downgrade")]
        + textwrap.dedent("""\
        def downgrade() -> None:
            raise NotImplementedError("words are gone")
        """)
    )
    configured = migrate._config

    def config(url: str | None = None) -> object:
        found = configured(url)
        found.set_main_option("path_separator", "os")
        found.set_main_option("version_locations", str(versions))
        return found

    monkeypatch.setattr(migrate, "_config", config)
    older = migrate.between(str(migrate.newest()), "base")[1].revision
    status, said = back(older, "--yes")
    assert status == 1
    assert "Does not go back: words are gone" in said
    assert asyncio.run(present(url)) == migrate.newest()


def test_there_is_a_way_back_to_every_version_so_far() -> None:
    steps = going_back.steps(str(migrate.newest()), "base")
    assert [step.fault for step in steps] == [""] * len(steps)
    assert steps[-1].revision == "0001"
