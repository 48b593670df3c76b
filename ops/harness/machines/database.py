"""PostgreSQL on a host, with the roles and databases that INSTALL.md makes."""

from __future__ import annotations

import os
import pwd
import time
from typing import Final

from ops.harness.machines.host import Host
from ops.harness.postgres import binaries

NAME: Final = "postgresql"
FOLDER: Final = "/var/lib/postgresql"
SOCKETS: Final = "/run/postgresql"
START_WITHIN: Final = 30.0


class Database:
    """The server of one host; it does not run as root, so it is somebody else in a namespace of users."""

    def __init__(self, host: Host) -> None:
        self._host = host
        user = pwd.getpwnam("postgres")
        self._as_user = f"unshare --user --map-user={user.pw_uid} --map-group={user.pw_gid} -- "
        self._programs = binaries()

    def install(self, password: str) -> None:
        """Make it, with what `web` and the backup use, and start it."""
        for folder in (FOLDER, SOCKETS):
            self._host.path(folder).mkdir(parents=True, exist_ok=True)
        self._run("initdb", f"-D {FOLDER}/data -U postgres -E UTF8 --auth-local=trust --auth-host=scram-sha-256 -N")
        self.start()
        self._sql(f"CREATE ROLE jbcalling LOGIN PASSWORD '{password}'")
        for name in ("jbcalling", "jbcalling_verify"):
            self._sql(f"CREATE DATABASE {name} OWNER jbcalling")

    def start(self) -> None:
        """Start it, and wait until it takes connections.

        Raises:
            TimeoutError: it does not.
        """
        options = f"-D {FOLDER}/data -k {SOCKETS} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._host.start(NAME, f"{self._as_user}{self._programs}/postgres {options}", os.environ)
        deadline = time.monotonic() + START_WITHIN
        while True:
            try:
                self._sql("SELECT 1")
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise TimeoutError(self._host.log(NAME).read_text(errors="replace")) from None
                time.sleep(0.1)  # a server that starts has no event to wait for
            else:
                return

    def kill(self) -> None:
        """End it with kill -9."""
        self._host.kill(NAME)

    def _sql(self, statement: str) -> None:
        self._run("psql", f"-q -h {SOCKETS} -U postgres -v ON_ERROR_STOP=1", statement)

    def _run(self, program: str, options: str, given: str = "") -> None:
        self._host.do("sh", "-c", f"cd / && {self._as_user}{self._programs}/{program} {options}", given=given)
