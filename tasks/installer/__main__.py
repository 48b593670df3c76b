"""The installer process: `python -m tasks.installer`, with the lowest priority that the machine knows."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import threading
from types import FrameType
from typing import Final

from tasks import installation
from tasks.installer.installer import Installer
from tasks.installer.notes import Notes
from tasks.settings import InstallerSettings
from tasks.wire import logs
from tasks.wire.environment import ending_in_one_line
from tasks.wire.redis_client import connect

LOWEST: Final = 19
"""Niceness: whatever else wants a core has it."""

logger = logging.getLogger(__name__)


def main() -> None:
    """Install what is missing until SIGTERM or SIGINT; what has been downloaded by then is kept."""
    with ending_in_one_line():
        settings = InstallerSettings()
    logs.configure("installer")
    _give_way()
    stopped = threading.Event()

    def leave(_number: int, _frame: FrameType | None) -> None:
        stopped.set()
        raise SystemExit(os.EX_OK)

    client = connect(settings.redis_url)
    notes = Notes(client)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    notes.start()
    logger.info("installer.ready")
    try:
        Installer(notes, client, stopped, allowed=settings.auto and not installation.offline()).run()
    finally:
        logger.info("installer.stopping")
        notes.stop()


def _give_way() -> None:
    """Let everything else go first, at processors and disks; programs that this one starts inherit it."""
    os.nice(LOWEST)
    ionice = shutil.which("ionice")  # util-linux; the standard library has no such call
    if ionice is None or subprocess.run([ionice, "-c", "3", "-p", str(os.getpid())]).returncode:
        logger.warning("ionice does not work here: disks are shared evenly")


if __name__ == "__main__":
    main()
