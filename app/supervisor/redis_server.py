"""The Redis server of installations that name none of their own (`redis_program`), with the accounts that it knows.

`python -m app.supervisor.redis_server` becomes that server. It is a program of its own and imports next to nothing,
because everything else waits for it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

from app.supervisor import redis_accounts, redis_program
from app.supervisor.redis_program import Program
from tasks.wire.environment import (
    NEEDED_REDIS_PASSWORD,
    REDIS_BIND,
    REDIS_PORT,
    REDIS_WORKER_PASSWORD,
    WORKER_ACCOUNT,
    ending_in_one_line,
    env,
)

MAX_MEMORY: Final = "512mb"


@dataclass(frozen=True)
class RedisServerSettings:
    """Everything our own Redis server reads from the environment, once, at its start."""

    bind: str = field(default_factory=REDIS_BIND)
    port: int = field(default_factory=REDIS_PORT)
    password: str = field(default_factory=NEEDED_REDIS_PASSWORD, repr=False)
    worker_password: str = field(default_factory=REDIS_WORKER_PASSWORD, repr=False)
    """Empty: workers have no account of their own."""
    folder: Path = field(default_factory=lambda: Path(env("JBC_VAR", "var")) / "redis")
    """In JBC_VAR: where its configuration lies."""


def configuration(settings: RedisServerSettings, version: tuple[int, ...]) -> str:
    """The configuration for a server of this version: with a password, and nothing ever written to disk.

    Segments and clips are audio, and audio never touches a disk; captions are in the database as soon as they are
    final. When memory runs out, what expires soonest (audio) goes first, never a queue or the caption stream.

    An entry of a stream has a node of its own: one that is deleted from a shared node leaves its words there.
    """
    return "\n".join(
        [
            f"bind {settings.bind}",
            f"port {settings.port}",
            f"requirepass {quoted(settings.password)}",
            f"dir {quoted(str(settings.folder))}",
            'save ""',
            "appendonly no",
            f"maxmemory {MAX_MEMORY}",
            "maxmemory-policy volatile-ttl",
            "stream-node-max-entries 1",
            *_accounts(settings, version),
            "",
        ]
    )


def _accounts(settings: RedisServerSettings, version: tuple[int, ...]) -> list[str]:
    if not settings.worker_password:
        return []
    return [" ".join(map(quoted, redis_accounts.worker(WORKER_ACCOUNT, settings.worker_password, version)))]


def quoted(word: str) -> str:
    """One word of a Redis configuration, whatever characters it has: `#` and blanks would end it otherwise."""
    return '"{}"'.format(word.replace("\\", "\\\\").replace('"', '\\"'))


def replace_process(settings: RedisServerSettings, program: Program) -> NoReturn:
    """Become the Redis server. The passwords go by a file of the owner's, since arguments are visible to all users."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    path = settings.folder / "redis.conf"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(configuration(settings, program.version))
    os.execv(program.path, [program.called, str(path)])  # noqa: S606 - no shell: this process becomes the server


if __name__ == "__main__":
    with ending_in_one_line():
        read = RedisServerSettings()
    replace_process(read, redis_program.find())
