"""`jbcalling run`: starts the Procfile on this machine, after secrets and database are in order."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import click
from honcho.environ import parse_procfile
from honcho.manager import Manager

from app import migrate
from app.auth import secrets_file, setup_code
from app.auth.admins import Admins
from app.commands.database import with_sessions
from app.settings import Settings
from app.supervisor.log_files import KeepingPrinter

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 60.0
"""Seconds after which the runner stops waiting for the page to answer."""


def environment(var_dir: Path, *, make: bool = True) -> dict[str, str]:
    """What every process starts with: the caller's environment, the secrets, our tools first on the path.

    Args:
        var_dir: what this installation writes.
        make: whether secrets that are missing are made; a server of workers has one only, and keeps it so.
    """
    tools, place = ROOT / ".tools" / "bin", secrets_file.place(var_dir)
    env = (secrets_file.load_or_create(place) if make else secrets_file.read(place)) | dict(os.environ)
    env["PATH"] = f"{tools}:{Path(sys.executable).parent}:{env.get('PATH', '')}"
    env["JBC_VAR"] = str(var_dir)
    env.setdefault("JBC_KEYS", str(var_dir / "keys"))
    env["PYTHONUNBUFFERED"] = "1"
    if worker := shutil.which("mediasoup-worker", path=str(tools)):
        env.setdefault("MEDIASOUP_WORKER_BIN", worker)
    return env


def processes(env: dict[str, str]) -> dict[str, str]:
    """The Procfile's lines that this installation needs: its own Redis server only where no other is named."""
    lines = dict(parse_procfile((ROOT / "Procfile").read_text()).processes)
    if env.get("REDIS_URL") or env.get("REDIS_HOST"):
        del lines["redis"]
    return lines


def _kept(command: str) -> str:
    return f"exec {shlex.quote(sys.executable)} -m app.supervisor.restart {command.removeprefix('exec ')}"


def _announce(url: str, code: str) -> None:
    """Print the address once the page answers, and how to set the administrator's password where there is none."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):  # noqa: S310 - our own http address
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    else:
        click.echo(f"\n  The page has not answered within {READY_WITHIN:.0f} s; see the lines of `web` above.\n")
        return
    click.echo(f"\n  JB Calling is running: {url}\n  Ctrl-C stops it.\n")
    if code:
        click.echo(f"  Set the administrator's password at {url}/admin with the code {code}\n")


def _setup_code(var_dir: Path) -> str:
    """The code that the first administrator needs; empty once there is one."""
    known = with_sessions("administrators", Settings(), lambda sessions: Admins(sessions).any())
    return "" if known else setup_code.make(var_dir)


def run(var_dir: Path) -> int:
    """Start everything and stay until Ctrl-C; the exit status is 0 when the stop was asked for."""
    env = environment(var_dir)
    os.environ.update(env)
    migrate.upgrade()
    manager = Manager(KeepingPrinter(var_dir / "logs", output=sys.stdout))
    for name, command in processes(env).items():
        manager.add_process(name, _kept(command), env=env, cwd=str(ROOT))
    url = f"http://{env.get('WEB_HOST') or '127.0.0.1'}:{env.get('WEB_PORT') or '8000'}"
    threading.Thread(target=_announce, args=(url, _setup_code(var_dir)), daemon=True).start()
    manager.loop()
    asked = (130, 143)
    return 0 if manager.returncode in asked else int(manager.returncode or 0)
