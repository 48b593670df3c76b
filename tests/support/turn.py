"""A real coturn on loopback, with credentials as in docs/nat.md."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

from ops.harness.ports import free_port

START_WITHIN = 10.0


class Turn:
    """One TURN server, running until stopped."""

    def __init__(self, folder: Path, secret: str, lines: tuple[str, ...] = (), relay_ips: tuple[str, ...] = ()) -> None:
        """`lines`: of its configuration, added to what a loopback needs; `relay_ips`: where it relays from."""
        self.port = free_port()
        self.log = folder / "turn.log"
        program = shutil.which("turnserver")
        if program is None:
            raise RuntimeError("coturn is missing: run `make setup-test`, which installs it.")
        low = free_port()
        options = {
            "listening-ip": "127.0.0.1",
            "listening-port": self.port,
            "min-port": low,
            "max-port": low + 200,
            "realm": "calls.example",
            "static-auth-secret": secret,
            "log-file": "stdout",
            "pidfile": folder / "turn.pid",
            "userdb": folder / "turn.db",
            "relay-threads": 1,
        }
        # Only here, where everything is on loopback, may it relay to loopback.
        flags = ["-n", "--use-auth-secret", "--allow-loopback-peers", "--no-tls", "--no-dtls", "--no-cli", "--verbose"]
        flags += [f"--relay-ip={address}" for address in relay_ips or ("127.0.0.1",)] + [f"--{line}" for line in lines]
        arguments = [f"--{name}={value}" for name, value in options.items()]
        self._process = subprocess.Popen(
            [program, *flags, *arguments], stdout=self.log.open("wb"), stderr=subprocess.STDOUT
        )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        raise RuntimeError(f"coturn did not start: {self.log.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=10)
