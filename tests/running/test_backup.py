"""Backup → wipe → restore → compare, on SQLite and on a real PostgreSQL server, through the command line."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from click.testing import CliRunner, Result
from sqlalchemy import text

from app import migrate
from app.commands.cli import main
from app.db import create_engine
from app.running.backup import keys, making
from app.running.backup.errors import BackupError
from ops.harness.ports import free_port
from tests.support.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
SAID = "the words that must come back"
FILES = {
    "secrets.env": "SESSION_SECRET=" + "s" * 40 + "\n",
    "voices/ana.wav": "RIFF of a voice",
    "proxy/certificates/call.example.org.key": "a private key",
    "models/models.lock.json": '{"models": {}, "version": 1}',
}
ROWS = """
INSERT INTO rooms (code, name, kind, created_at) VALUES ('one', '0', 'call', CURRENT_TIMESTAMP);
INSERT INTO rooms (code, name, kind, created_at) VALUES ('two', '0', 'call', CURRENT_TIMESTAMP);
INSERT INTO captions (segment, language, room_id, speaker, seq, source_language, text, event_id, engine, timeline,
  created_at) VALUES ('s1', 'pt', 1, 'ana', 1, 'pt', 'SAID', '1-1', 'test', '{"ready": 1.5}', CURRENT_TIMESTAMP)
"""


def migrate_to(revision: str) -> None:
    command.upgrade(Config(toml_file=ROOT / "pyproject.toml"), revision)


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements in one transaction; the rows of the last."""

    async def run() -> list[tuple[object, ...]]:
        engine = create_engine(url)
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.exec_driver_sql(statement)
            rows = [tuple(row) for row in result.all()] if result.returns_rows else []
        await engine.dispose()
        return rows

    return asyncio.run(run())


@contextmanager
def writer(url: str) -> Iterator[None]:
    """Somebody who writes the same number into both rooms, again and again, until the end of the block."""
    stop = threading.Event()

    async def write() -> None:
        engine, number = create_engine(url), 0
        while not stop.is_set():
            number += 1
            async with engine.begin() as connection:
                for code in ("one", "two"):
                    await connection.execute(
                        text("UPDATE rooms SET name = :name WHERE code = :code"), {"name": str(number), "code": code}
                    )
        await engine.dispose()

    thread = threading.Thread(target=lambda: asyncio.run(write()))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


class Installation:
    """An installation with a little of everything that a backup holds."""

    def __init__(self, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.url = folder, url
        for name, value in {
            "JBC_VAR": folder,
            "DATABASE_URL": url,
            "BACKUP_DIR": folder / "backups",
            "BACKUP_ALSO": folder / "proxy",
            "BACKUP_PASSPHRASE": "",
            "BACKUP_RECIPIENT": "",
            "MODELS_DIR": folder / "models",
            "WEB_PORT": free_port(),
        }.items():
            monkeypatch.setenv(name, str(value))
        self.key = folder / "away" / "backup.key"
        self.key.parent.mkdir()
        made = self.run("backup", "key", str(self.key))
        monkeypatch.setenv("BACKUP_RECIPIENT", made.output.strip().removeprefix("BACKUP_RECIPIENT="))

    def fill(self, revision: str) -> None:
        migrate_to("0001")
        execute(self.url, *ROWS.replace("SAID", SAID).split(";\n"))
        migrate_to(revision)
        for name, content in FILES.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(content)

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(main, words, catch_exceptions=False)

    def backup(self) -> Path:
        result = self.run("backup")
        assert result.exit_code == 0, result.output
        return Path(result.output.partition(":")[0])

    def restore(self, path: Path, *options: str) -> Result:
        return self.run("restore", str(path), "--key", str(self.key), *options)

    def words(self) -> list[tuple[object, ...]]:
        return execute(self.url, "SELECT text FROM captions")

    def wipe(self) -> None:
        if self.url.startswith("sqlite"):
            for path in self.folder.glob("test.db*"):
                path.unlink()
        else:
            execute(self.url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        for name in FILES:
            (self.folder / name).unlink()


@pytest.fixture
def installation(empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    return Installation(tmp_path, empty_database, monkeypatch)


@pytest.mark.parametrize("behind", [0, 1], ids=["this-schema", "previous-schema"])
def test_everything_comes_back_and_the_schema_is_brought_up_to_date(installation: Installation, behind: int) -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    revisions = [script.revision for script in scripts.walk_revisions()]
    installation.fill(revisions[behind])
    with writer(installation.url):
        made = installation.backup()
    assert SAID.encode() not in made.read_bytes()
    installation.wipe()

    result = installation.restore(made)

    assert result.exit_code == 0, result.output
    assert installation.words() == [(SAID,)]
    assert execute(installation.url, "SELECT version_num FROM alembic_version") == [(migrate.newest(),)]
    ((one,), (two,)) = execute(installation.url, "SELECT name FROM rooms ORDER BY code")
    assert one == two, "a snapshot shows each transaction whole or not at all"
    for name, content in FILES.items():
        place = installation.folder / name
        if name.startswith("proxy/"):  # the proxy's own: put beside, for a person to place
            place = installation.folder / "restored" / str(installation.folder / name).strip("/")
        assert place.read_text() == content
    secrets = installation.folder / "secrets.env"
    assert secrets.stat().st_mode & 0o077 == 0


def test_a_backup_that_is_damaged_cut_short_or_locked_for_us_changes_nothing(installation: Installation) -> None:
    installation.fill("head")
    made = installation.backup()
    whole = made.read_bytes()
    middle = len(whole) // 2

    assert "not empty" in installation.restore(made).output
    for bad in (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], whole[:-100]):
        made.write_bytes(bad)
        result = installation.restore(made, "--replace")
        assert result.exit_code == 1
        assert "is it whole" in result.output
    made.write_bytes(whole)
    stranger = installation.folder / "stranger.key"
    installation.run("backup", "key", str(stranger))
    result = installation.run("restore", str(made), "--key", str(stranger), "--replace")
    assert result.exit_code == 1
    assert installation.words() == [(SAID,)]
    assert not list(installation.folder.rglob("*.part"))
    assert installation.run("backup", "verify", str(made), "--key", str(installation.key)).exit_code == 0
    assert installation.restore(made, "--replace").exit_code == 0
    kept = next(installation.folder.glob("secrets.env.before-*"))
    assert kept.read_text() == FILES["secrets.env"]


def test_old_backups_go_and_a_failed_one_leaves_the_others(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.fill("head")
    monkeypatch.setenv("BACKUP_KEEP_DAYS", "10")
    folder = installation.folder / "backups"
    folder.mkdir()
    days = {age: datetime.now(UTC) - timedelta(days=age) for age in (9, 11)}
    old = {age: folder / f"{making.PREFIX}{day:%Y%m%dT%H%M%SZ}{making.SUFFIX}" for age, day in days.items()}
    for path in old.values():
        path.touch()

    execute(installation.url, "UPDATE alembic_version SET version_num = 'from-the-future'")
    failed = installation.run("backup")
    assert failed.exit_code == 1
    assert "is not known here" in failed.output
    assert sorted(folder.glob("jbcalling-*")) == sorted(old.values())

    execute(installation.url, f"UPDATE alembic_version SET version_num = '{migrate.newest()}'")
    made = installation.backup()
    assert sorted(folder.glob("jbcalling-*")) == sorted([old[9], made])
    assert "jbc_backup_last_success_timestamp_seconds" in (folder / "backup.prom").read_text()


def test_a_restore_that_fails_half_way_leaves_postgresql_as_it_was(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = Installation(tmp_path, asyncio.run(postgres.create_database()), monkeypatch)
    installation.fill("head")
    made = installation.backup()
    # A view of that name is in the way of the restored table, which shows only when half of the work is done.
    execute(installation.url, "DROP TABLE voices", "CREATE VIEW voices AS SELECT 1 AS mine")

    result = installation.restore(made, "--replace")

    assert result.exit_code == 1
    assert "voices" in result.output
    assert installation.words() == [(SAID,)]
    assert execute(installation.url, "SELECT mine FROM voices") == [(1,)]


def test_the_key_is_locked_by_its_passphrase_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "backup.key"
    public = keys.create(path, "correct horse")
    assert b"AGE-SECRET-KEY" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(BackupError, match="passphrase"):
        keys.load(path, "wrong")
    assert str(keys.load(path, "correct horse").to_public()) == str(public)
    with pytest.raises(BackupError, match="exists"):
        keys.create(path, "")
