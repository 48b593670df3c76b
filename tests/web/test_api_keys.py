"""API keys on both databases, and the command that makes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.auth.api_keys import ApiKeys, KeyNameError
from app.commands.cli import main
from app.db import create_engine, create_sessions


@pytest.fixture
async def keys(database: str) -> AsyncIterator[ApiKeys]:
    engine = create_engine(database)
    yield ApiKeys(create_sessions(engine))
    await engine.dispose()


async def test_a_key_opens_until_it_is_revoked(keys: ApiKeys, database: str) -> None:
    key = await keys.create("caption box", ["transcribe"])
    holder = await keys.holder(key)
    assert holder is not None
    assert (holder.name, holder.scopes) == ("caption box", frozenset({"transcribe"}))
    (row,) = await keys.all()
    assert row.last_used_at is not None
    engine = create_engine(database)
    async with engine.connect() as connection:
        stored = str((await connection.execute(text("SELECT * FROM api_keys"))).one())
    await engine.dispose()
    assert key.split("_", 2)[2] not in stored, "the secret is not kept"
    assert await keys.revoke("caption box")
    assert await keys.holder(key) is None
    assert not await keys.revoke("caption box")


@pytest.mark.parametrize(
    "spoil", [lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"), lambda key: key + "A", str.upper]
)
async def test_what_is_almost_a_key_opens_nothing(keys: ApiKeys, spoil: object) -> None:
    key = await keys.create("one")
    assert callable(spoil)
    assert await keys.holder(spoil(key)) is None
    assert await keys.holder("") is None


async def test_names_and_scopes_are_checked(keys: ApiKeys) -> None:
    await keys.create("one")
    for name, scopes in (("one", ["speak"]), ("", ["speak"]), ("x" * 81, ["speak"]), ("two", []), ("two", ["fly"])):
        with pytest.raises(KeyNameError):
            await keys.create(name, scopes)
    assert len(await keys.all()) == 1


def test_the_command_makes_lists_and_revokes(migrated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", migrated)
    run = CliRunner().invoke
    made = run(main, ["keys", "create", "box", "--scope", "speak"])
    assert made.exit_code == 0, made.output
    assert made.output.startswith("jbc_")
    listed = run(main, ["keys", "list"]).output
    assert "box" in listed
    assert "speak" in listed
    assert made.output.strip() not in listed
    assert run(main, ["keys", "revoke", "box"]).exit_code == 0
    assert "no key named 'box'" in run(main, ["keys", "revoke", "box"]).output
    assert "revoked" in run(main, ["keys", "list"]).output


def test_the_command_says_what_to_do_without_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/empty.db")
    monkeypatch.setenv("JBC_VAR", str(tmp_path))
    done = CliRunner().invoke(main, ["keys", "list"])
    assert done.exit_code == 1
    assert "alembic upgrade head" in done.output
