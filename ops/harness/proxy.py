"""Caddy before a running stack, with the configuration of the deploy plan and an authority of its own."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.running.deploy.plan import caddyfile
from ops.harness.ports import free_port

START_WITHIN = 20.0
"""Seconds for Caddy to make its authority and a certificate."""


@dataclass(frozen=True)
class Proxy:
    """A running Caddy."""

    port: int
    authority: Path
    """The root certificate of the authority that it made."""
    scheme: str = "https"

    @property
    def url(self) -> str:
        """Where browsers find the pages."""
        return f"{self.scheme}://localhost:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext:
        """Trusts its authority, and nobody else's."""
        return ssl.create_default_context(cafile=str(self.authority))


@contextmanager
def proxy(folder: Path, port: int, web_ports: Sequence[int], sfu_port: int, scheme: str = "https") -> Iterator[Proxy]:
    """Caddy on `port` of loopback, ended at the end of the block; with the scheme "http" it has no certificate."""
    config = folder / "Caddyfile"
    plain = free_port()
    local = {"bind": "127.0.0.1", "local_ca": True, "http_port": plain}
    running = Proxy(port, folder / "caddy/pki/authorities/local/root.crt", scheme)
    config.write_text(caddyfile(site=running.url, web_ports=web_ports, sfu_port=sfu_port, **local))
    env = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(
            ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"], env=env, stdout=log, stderr=log
        )
    try:
        _await(running, process, folder)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(running: Proxy, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_WITHIN
    while True:
        try:
            trust = running.trust if running.scheme == "https" else True
            httpx.get(f"{running.url}/health", verify=trust, timeout=2).raise_for_status()
        except (httpx.HTTPError, OSError):
            log = (folder / "caddy.log").read_text(errors="replace")
            assert process.poll() is None, f"Caddy ended: {log}"
            assert time.monotonic() < deadline, f"Caddy does not answer: {log}"
            time.sleep(0.05)  # a process that is starting has no event to wait for but its port
        else:
            return
