"""Process 1 of a host: gives it a name and a root of its own, says so, and takes in orphans until it is killed.

`python first_process.py NAME ROOT PATH…`: what lies below `OWN` is the host's own; each PATH, and all else of the
machine, is seen there, too. It imports nothing of ours: it has to start fast, and to be small.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

OWN = ("etc", "var", "run", "tmp", "media")
"""Folders that a host has for itself: what its processes write goes there, and nowhere else."""
LEFT_OUT = ("proc", "mnt", "boot", "lost+found", "old")


def mount(*words: str) -> None:
    """Mount something."""
    subprocess.run(["mount", *words], check=True)


def shared(path: Path, root: Path) -> None:
    """Show a folder of the machine at the same place of the host."""
    there = root / path.relative_to("/")
    there.mkdir(parents=True, exist_ok=True)
    mount("--rbind", str(path), str(there))


def build(root: Path, more: list[Path]) -> None:
    """The host's root, with a copy of the machine's settings."""
    mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(root))
    for entry in Path("/").iterdir():
        if entry.is_symlink():
            (root / entry.name).symlink_to(entry.readlink())
        elif entry.is_dir() and entry.name not in (*OWN, *LEFT_OUT):
            shared(entry, root)
    for name in (*OWN, "proc", "old"):
        (root / name).mkdir()
    (root / "tmp").chmod(0o1777)
    for name in ("lib", "cache", "log", "tmp"):
        (root / "var" / name).mkdir()
    (root / "var/run").symlink_to("/run")
    # What only root of the machine may read stays behind where this is not that root.
    subprocess.run(["cp", "-dR", "/etc/.", str(root / "etc")], stderr=subprocess.DEVNULL, check=False)
    for path in more:
        if path.parts[1] in OWN:
            shared(path, root)
    mount("-t", "proc", "proc", str(root / "proc"))


def main(name: str, root: Path, more: list[Path]) -> None:
    """Become a host."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    socket.sethostname(name)
    build(root, more)
    os.chdir(root)
    subprocess.run(["pivot_root", ".", "old"], check=True)
    os.chdir("/")
    subprocess.run(["umount", "-l", "/old"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    print("ready", flush=True)
    while True:
        signal.sigwait({signal.SIGCHLD})
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            continue


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), [Path(word) for word in sys.argv[3:]])
