"""The web process: `python -m app.web` serves `app.main` with Granian where WEB_HOST and WEB_PORT say."""

from __future__ import annotations

import sys
from typing import Final

from granian.constants import Interfaces, Loops
from granian.server import Server

from app import ports
from app.confinement import unseen
from app.settings.web import WebSettings
from tasks.wire.environment import ending_in_one_line

MAX_CONNECTIONS: Final = 8_192
"""That are served at once; caption feeds may take all but a thousand of them (`captions.feed_limits`)."""
BACKLOG: Final = 2_048
"""Connections that wait to be accepted."""
STOP_SECONDS: Final = 10
"""Seconds that the process gets to end in good order."""


def main() -> None:
    """Check the settings, then serve until SIGTERM or SIGINT."""
    unseen()
    with ending_in_one_line():
        settings = WebSettings()
    # Granian shares its port with whoever else does: without this two servers would each get some of the requests.
    if reason := ports.refused(ports.Claim("web", "WEB_PORT", settings.web_host, settings.web_port)):
        sys.exit(f"Cannot start: {reason}")
    Server(
        "app.main:create_app",
        factory=True,
        address=settings.web_host,
        port=settings.web_port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=1,
        websockets=True,
        backlog=BACKLOG,
        backpressure=MAX_CONNECTIONS,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()


if __name__ == "__main__":
    main()
