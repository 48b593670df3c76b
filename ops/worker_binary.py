"""Gets a mediasoup-worker that runs on this machine: downloaded where that works, else built, once per recipe."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
from pathlib import Path

from ops.commands import cache_folder, run
from ops.packages import apt_install, uv

RECIPE = Path(__file__).resolve().parent / "mediasoup-worker"
WORKER_BUILD = [
    "g++", "pkg-config", "libuv1-dev", "libssl-dev", "libsrtp2-dev", "libabsl-dev", "libflatbuffers-dev",
    "flatbuffers-compiler",
]  # fmt: skip
"""Debian packages that the build needs; the libraries among them are also what the built worker runs on."""
EXPECTED_EXIT = 41
"""What mediasoup-worker exits with when it is started by hand: the check mediasoup itself uses."""


def runs(binary: Path) -> bool:
    """Whether a worker binary exists and runs here, with all its libraries."""
    return binary.exists() and subprocess.run([binary], env={}, capture_output=True).returncode == EXPECTED_EXIT


def cached_path(version: str) -> Path:
    """Where a built worker is kept outside the checkout: by version, recipe, and the system it was built on."""
    recipe = hashlib.sha256()
    for file in sorted(p for p in RECIPE.rglob("*") if p.is_file()):
        recipe.update(str(file.relative_to(RECIPE)).encode() + b"\0" + file.read_bytes())
    system = platform.freedesktop_os_release()
    release = f"{system.get('ID', 'linux')}{system.get('VERSION_ID', '')}-{platform.machine()}"
    return cache_folder() / "mediasoup-worker" / f"{version}-{release}-{recipe.hexdigest()[:16]}" / "mediasoup-worker"


def install_worker(package: Path, link: Path) -> None:
    """Make `link` point at a worker that runs here, for the mediasoup npm package in `package`.

    Raises:
        SetupError: it can neither be downloaded nor built.
        RuntimeError: the built worker does not run.
    """
    version = json.loads((package / "package.json").read_text())["version"]
    built, prebuilt = cached_path(version), package / "worker" / "out" / "Release" / "mediasoup-worker"
    binary = next((b for b in (prebuilt, built) if runs(b)), None) or _download(package, prebuilt)
    if binary is None:
        apt_install(_missing())
        if not runs(built):
            _build(package, built)
        binary = built
    if not runs(binary):
        raise RuntimeError(f"{binary} was built but does not run; remove it and start again")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(binary)


def _download(package: Path, prebuilt: Path) -> Path | None:
    """Let mediasoup fetch its prebuilt worker.

    With PYTHON set to `false` its own build, which needs wraps from the network, ends at once where the download fails.
    """
    node = shutil.which("node", path=f"{package.parents[4] / '.tools' / 'bin'}:{os.environ.get('PATH', '')}")
    command = [node or "node", "npm-scripts.mjs", "postinstall"]
    try:
        subprocess.run(command, cwd=package, env={**os.environ, "PYTHON": "false"}, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return None
    return prebuilt if runs(prebuilt) else None


def _missing() -> list[str]:
    query = ["dpkg-query", "-W", "-f", "${binary:Package} ${db:Status-Status}\n", *WORKER_BUILD]
    listed = subprocess.run(query, capture_output=True, text=True).stdout.splitlines()
    installed = {line.split()[0].split(":")[0] for line in listed if line.endswith(" installed")}
    return [name for name in WORKER_BUILD if name not in installed]


def _build(package: Path, built: Path) -> None:
    tools = built.parent / "build-tools"
    run([uv(), "venv", "--allow-existing", tools])
    run([uv(), "pip", "install", "--python", tools, "--require-hashes", "-r", RECIPE / "build.lock"])
    run([RECIPE / "build.sh", package, built], env={"PATH": f"{tools / 'bin'}:{os.environ.get('PATH', '')}"})
    shutil.rmtree(tools)
