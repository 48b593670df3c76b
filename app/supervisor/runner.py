"""`jbcalling run`: starts the Procfile on this machine, after secrets and database are in order."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import sys
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from honcho.environ import parse_procfile

from app import migrate, ports
from app.auth import secrets_file
from app.settings.web import WebSettings
from app.supervisor import claims, lan
from app.supervisor.lan import Lan
from app.supervisor.supervisor import Supervisor
from app.supervisor.terminal import Terminal
from tasks.wire.addresses import authority
from tasks.wire.environment import choice, ending_in_one_line

LOG: Final = choice("LOG", "", ("json",))
"""LOG: json: the terminal shows every line as it was printed."""
ROOT = Path(__file__).resolve().parents[2]
WORKER_STOP_SECONDS: Final = 3
"""How long a worker may finish what it is at: whoever would hear it has lost the call by then."""
READY_SECONDS: Final = 60.0
"""Seconds after which the runner stops waiting for the page to answer."""


def environment(var_dir: Path, *, make: bool = True) -> dict[str, str]:
    """What every process starts with: the caller's environment, the secrets, our tools first on the path.

    Args:
        var_dir: what this installation writes.
        make: whether secrets that are missing are made; a server of workers has one only, and keeps it so.
    """
    tools, file = ROOT / ".tools" / "bin", secrets_file.place(var_dir)
    env = (secrets_file.load_or_create(file) if make else secrets_file.read(file)) | dict(os.environ)
    if make and env.get("REDIS_HOST") and "REDIS_WORKER_PASSWORD" not in os.environ:
        env.pop("REDIS_WORKER_PASSWORD", None)  # ours is none of a server elsewhere
    env["PATH"] = f"{tools}:{Path(sys.executable).parent}:{env.get('PATH', '')}"
    env["JBC_VAR"] = str(var_dir)
    env.setdefault("JBC_KEYS", str(var_dir / "keys"))
    env["PYTHONUNBUFFERED"] = "1"
    if worker := shutil.which("mediasoup-worker", path=str(tools)):
        env.setdefault("MEDIASOUP_WORKER_BIN", worker)
    return env


def known_to(process: str, env: Mapping[str, str]) -> dict[str, str]:
    """The environment of one process: without the secrets that it has no use for."""
    withheld = set(secrets_file.withheld(process))
    if not env.get("REDIS_WORKER_PASSWORD"):
        withheld.discard("REDIS_PASSWORD")  # workers have no account of their own there
    return {name: value for name, value in env.items() if name not in withheld}


def processes(env: dict[str, str]) -> dict[str, str]:
    """The Procfile's lines that this installation needs: its own Redis server only where no other is named."""
    lines = dict(parse_procfile((ROOT / "Procfile").read_text()).processes)
    if env.get("REDIS_URL") or env.get("REDIS_HOST"):
        del lines["redis"]
    return lines


def _url(settings: WebSettings) -> str:
    return f"http://{authority(settings.web_address, settings.web_port)}"


def _for_others(settings: WebSettings, https: Lan | None) -> list[str]:
    """How others in the network come in, where they can."""
    if https:
        return [
            "Everybody in your network can open that address. Browsers warn, because this machine has signed its own",
            f"certificate: go on all the same, or have devices trust {_short(https.root)} first.",
        ]
    found = [url for url, others in lan.addresses(settings) if others]
    if not found:
        return []
    return [
        f"Others in your network reach it at {found[0]}, to listen and to read: browsers open microphones on https",
        "alone. `make lan` serves HTTPS to your network.",
    ]


async def _announce(settings: WebSettings, code: str, terminal: Terminal, https: Lan | None = None) -> None:
    """Say the address once the page answers, and how to set the administrator's password where there is none."""
    host, port = settings.web_address, settings.web_port
    url = https.url if https else _url(settings)
    try:
        async with asyncio.timeout(READY_SECONDS):
            while not await _answers(host, port):  # noqa: ASYNC110 - another process answers
                await asyncio.sleep(0.2)
    except TimeoutError:
        terminal.say(f"\n  The page has not answered within {READY_SECONDS:.0f} s; see the lines of `web`.\n")
        return
    terminal.say(f"\n  JB Calling is running: {url}")
    for line in _for_others(settings, https):
        terminal.say(f"  {line}")
    terminal.say("  Ctrl-C stops it.\n")
    if code:
        terminal.say(f"  Set the administrator's password at {url}/admin with the code {code}\n")


async def _answers(host: str, port: int) -> bool:
    """Whether `/health` says that all is well."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET /health HTTP/1.0\r\nHost: {authority(host, port)}\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except OSError:
        return False


def run(var_dir: Path, setup_code: Callable[[WebSettings], str], *, for_lan: bool = False) -> int:
    """Start everything and stay until Ctrl-C; the exit status.

    0 when the stop was asked for, 1 where it runs already or another program has a port; one line says so.

    Args:
        var_dir: what this installation writes.
        setup_code: gives the code that the first administrator needs, empty once there is one; the database has its
            tables by then.
        for_lan: serve HTTPS to the network that this machine is in.
    """
    env = environment(var_dir)
    env.setdefault("WORKER_STOP_SECONDS", str(WORKER_STOP_SECONDS))
    try:
        https = lan.lan(var_dir) if for_lan else None
        env |= https.environment if https else lan.opened(env)
        os.environ.update(env)
        with ending_in_one_line():
            settings, everything = WebSettings(), LOG() == "json"
            commands = processes(env)
            wanted = claims.claims(settings, commands) + ([https.claim] if https else [])
        if https:
            commands = _after(commands, "web", lan.PROCESS, https.prepare(settings))
        with claims.alone_in(var_dir, https.url if https else _url(settings)):
            ports.check(wanted)
            migrate.upgrade()
            announce = partial(_announce, settings, setup_code(settings), https=https)
            asyncio.run(_supervise(env, settings, commands, announce, everything=everything))
    except (ports.TakenError, lan.NoLanError) as error:
        print(f"Cannot start: {error}", file=sys.stderr)  # noqa: T201 - there is no terminal to say it on yet
        return 1
    gc.freeze()  # else the interpreter searches all that was imported for garbage before it ends, for half a second
    return 0


def _after(commands: dict[str, str], other: str, name: str, command: str) -> dict[str, str]:
    """The commands with one more behind another: what comes later is stopped earlier."""
    lines = list(commands.items())
    place = [each for each, _ in lines].index(other) + 1
    return dict([*lines[:place], (name, command), *lines[place:]])


async def _supervise(
    env: dict[str, str],
    settings: WebSettings,
    commands: dict[str, str],
    announce: Callable[[Terminal], Coroutine[Any, Any, None]],
    *,
    everything: bool,
) -> None:
    logs = settings.var_dir / "logs"
    terminal = Terminal(sys.stdout, list(commands), everything=everything)
    terminal.say(f"  Starting {', '.join(commands)}.\n  Logs: {_short(logs)}/*.log")
    environments = {name: known_to(name, env) for name in commands}
    supervisor = Supervisor(commands, environments, folder=ROOT, logs=logs, terminal=terminal)
    announcing = asyncio.create_task(announce(terminal))
    supervisor.on_stop(announcing.cancel)
    await supervisor.run()


def _short(path: Path) -> Path:
    """The path as seen from where the command was given, if it lies there."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
