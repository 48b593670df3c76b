"""`/health` and `/metrics` of the bridge, served from a thread so that a busy event loop still answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app

Snapshot = Callable[[], tuple[bool, dict[str, Any]]]
"""Whether all is well, and what to report."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    timeout = 5

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (name given by http.server)
        """Scrapes are not news."""


class HealthServer:
    """Listens on loopback until closed."""

    def __init__(self, port: int, registry: CollectorRegistry, snapshot: Snapshot) -> None:
        """Starts listening.

        Raises:
            OSError: the port is taken; choose another with BRIDGE_PORT.
        """
        metrics = make_wsgi_app(registry)

        def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ["PATH_INFO"] == "/metrics":
                answer: Iterable[bytes] = metrics(environ, start_response)
                return answer
            known = environ["PATH_INFO"] == "/health"
            well, report = snapshot() if known else (False, {"error": "there are /health and /metrics here"})
            status = "200 OK" if well else "503 Service Unavailable" if known else "404 Not Found"
            start_response(status, [("Content-Type", "application/json")])
            return [json.dumps(report).encode()]

        self._server = make_server("127.0.0.1", port, application, _Server, _QuietHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
