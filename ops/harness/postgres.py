"""A real PostgreSQL server: a throwaway cluster of the installed version, on a free port of loopback."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from ops.harness.ports import free_port

USER = "postgres"
"""The superuser, named as Debian names it."""


@dataclass(frozen=True)
class Postgres:
    """A running cluster."""

    port: int
    password: str
    restart: Callable[[], None] = field(default=lambda: None, repr=False)
    """Ends every connection, and takes new ones when it returns."""

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+asyncpg://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    async def create_database(self) -> str:
        """A new, empty database; its SQLAlchemy URL."""
        name = f"test_{secrets.token_hex(6)}"
        await self._run(f"CREATE DATABASE {name}")
        return self.url(name)

    async def copy_database(self, url: str) -> str:
        """A copy of one of its databases, to which nobody may be connected; its SQLAlchemy URL."""
        name, original = f"test_{secrets.token_hex(6)}", make_url(url).database
        await self._run(f"CREATE DATABASE {name} TEMPLATE {original}")
        return self.url(name)

    async def create_owned(self, password: str) -> str:
        """The same, owned by a role of its own with this password, as on a server; the URL is without the password."""
        name = f"test_{secrets.token_hex(6)}"
        await self._run(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'", f"CREATE DATABASE {name} OWNER {name}")
        return make_url(self.url(name))._replace(username=name, password=None).render_as_string()

    async def _run(self, *statements: str) -> None:
        engine = create_async_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()


class NoPostgresError(RuntimeError):
    """It is not installed; the message says what to do."""


def binaries() -> Path:
    """The folder of initdb and pg_ctl; Debian keeps them off the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = [path.parent for path in reversed(debian)]
    if initdb := shutil.which("initdb"):
        found.append(Path(initdb).resolve().parent)
    if not found:
        raise NoPostgresError("PostgreSQL is not installed: apt-get install --no-install-recommends postgresql")
    return found[0]


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A running cluster, stopped and removed at the end of the block. It does not run as root: then as `postgres`.

    Raises:
        NoPostgresError: it is not installed.
    """
    programs = binaries()
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="jbc-postgres-") as folder:
        if as_user:
            shutil.chown(folder, "postgres", "postgres")
        cluster, password = Path(folder) / "cluster", Path(folder) / "password"
        pg_ctl = [str(programs / "pg_ctl"), "-D", str(cluster), "-w", "-t", "30", "-l", f"{folder}/log"]

        def restart() -> None:
            run(*pg_ctl, "-m", "fast", "restart")

        server = Postgres(free_port(), secrets.token_hex(16), restart)
        password.write_text(server.password)
        password.chmod(0o644)

        def run(*command: str) -> None:
            subprocess.run([*as_user, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL)

        initdb = str(programs / "initdb")
        run(initdb, "-D", str(cluster), "-U", USER, f"--pwfile={password}", "-A", "scram-sha-256", "-E", "UTF8", "-N")
        options = f"-p {server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        run(*pg_ctl, "-o", options, "start")
        try:
            yield server
        finally:
            run(*pg_ctl, "-m", "immediate", "stop")
