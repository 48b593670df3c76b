"""Commands that `ops.setup` runs: with their output in a log, our own tools first, and nothing left behind.

For the machine's own Python, 3.11 or newer, with the standard library only, as everything that `ops.setup` imports.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
LOG = TOOLS / "setup.log"
GRACE_SECONDS = 5.0
"""In which a command that is told to end may remove what is half done."""


class SetupError(RuntimeError):
    """A step failed; the message says what to do."""


def run(command: list[str | Path], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command with its output in the log; when this program is told to end, so is all that the command began.

    Raises:
        SetupError: it failed; the message ends with the last lines it printed.
    """
    with LOG.open("a+b") as log:
        start = log.tell()
        log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        log.flush()
        whole = {**os.environ, **tool_environment(), **(env or {})}
        tell = _untold()
        try:
            process = subprocess.Popen(command, cwd=cwd, env=whole, stdout=log, stderr=log, start_new_session=True)
        except OSError:
            tell()
            raise
        try:
            tell()
            status = process.wait()
        except BaseException:  # Ctrl-C, or SIGTERM by `main`: a compiler's processes would go on without us
            end(process)
            raise
        if status:
            log.seek(start)
            tail = b"\n".join(log.read().splitlines()[-25:]).decode(errors="replace")
            raise SetupError(f"{command[0]} ended with {status}. Its last lines:\n{tail}\n(All of it: {LOG})")


def _untold() -> Callable[[], None]:
    """Have signals that end this program wait: between a process' start and our knowing it, it could not be ended.

    Returns:
        What has them come again, and those that came meanwhile.
    """
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = {number: handler for number, handler in before.items() if callable(handler)}
    for number in before:
        signal.signal(number, lambda number, _: came.append(number))

    def tell() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)
        for told in came:
            signal.raise_signal(told)

    return tell


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a session, and everything that it began there."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)


def tool_environment() -> dict[str, str]:
    """The environment in which our own tools come first, and downloads trust whom the machine trusts.

    Company networks sign with their own authority; uv, pip and Node look at their own lists unless told otherwise.
    """
    trusted = "/etc/ssl/certs/ca-certificates.crt"
    told = {"UV_SYSTEM_CERTS": "true", "PIP_CERT": trusted, "NODE_EXTRA_CA_CERTS": trusted}
    trust = told if Path(trusted).exists() else {}
    return {"PATH": f"{TOOLS / 'bin'}:{VENV / 'bin'}:{os.environ.get('PATH', '')}"} | trust | _tool_caches()


def cache_folder() -> Path:
    """Where builds and models are kept outside the checkout: JBC_CACHE, as `tasks.wire.environment` reads it."""
    cache = os.environ.get("XDG_CACHE_HOME") or f"{_home()}/.cache"
    return Path(os.environ.get("JBC_CACHE") or f"{cache}/jbcalling")


def _tool_caches() -> dict[str, str]:
    """Where uv, pip and npm keep what they fetched, if it is not where they do by themselves: HOME cannot be written.

    Raises:
        SetupError: it cannot, and no other folder has been named.
    """
    home = _home()
    if home.is_dir() and os.access(home, os.W_OK):
        return {}
    named = os.environ.get("JBC_CACHE") or os.environ.get("XDG_CACHE_HOME")
    if not named:
        raise SetupError(
            f"The home directory {home} cannot be written. Set JBC_CACHE to a folder for builds and models:\n\n"
            "    JBC_CACHE=/var/tmp/jbcalling make run\n"
        )
    tools = cache_folder() / "tools"
    folders = {"UV_CACHE_DIR": "uv", "PIP_CACHE_DIR": "pip", "npm_config_cache": "npm"}
    return {name: os.environ.get(name) or str(tools / folder) for name, folder in folders.items()}


def _home() -> Path:
    return Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() fails for a user without a home directory
