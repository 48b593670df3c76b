"""coturn on a host of its own, as `jbcalling deploy turn` plans it, and a network from which it is the only way out."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ops.harness.machines import reach
from ops.harness.machines.addresses import EDGE, MEDIA, PUBLIC, TURN, TURN_DOMAIN
from ops.harness.machines.host import Cable, Host, do
from ops.harness.machines.planning import planned
from ops.harness.machines.world import PLACE

LISTENS: Final = {443, 3478}
START_WITHIN: Final = 20.0
CERTIFICATES: Final = "/etc/turnserver"
STRICT: Final = """
table ip strict {
  chain forward {
    type filter hook forward priority filter - 1;
    iifname "lan" tcp dport 443 accept
    iifname "lan" drop
  }
}
"""


def relay(secret: str) -> Host:
    """Build and start it; `secret` is TURN_SECRET of the edge.

    Raises:
        TimeoutError: it does not listen.
    """
    host, plan = Host(TURN, [Cable("public", "eth0", f"{PUBLIC[TURN]}/24")]), PLACE / "plans" / TURN
    sfus = [word for name in (EDGE, MEDIA) for word in ("--sfu", PUBLIC[name])]
    planned(plan, "turn", "--domain", TURN_DOMAIN, "--address", PUBLIC[TURN], *sfus)
    do("cp", "-r", f"{plan}/etc/.", str(host.path("/etc")))
    settings = host.path("/etc/turnserver.conf")
    settings.write_text(settings.read_text().replace("static-auth-secret=", f"static-auth-secret={secret}"))
    for folder in (CERTIFICATES, "/var/lib/turn"):
        host.path(folder).mkdir(exist_ok=True)
    host.do("sh", "-c", _certificate())
    host.do("nft", "-f", "/etc/nftables.conf")
    host.start("coturn", "/usr/bin/turnserver -c /etc/turnserver.conf --pidfile=", os.environ)  # as Debian's unit
    deadline = time.monotonic() + START_WITHIN
    while not reach.listening(host) >= LISTENS:
        if host.ended() or time.monotonic() > deadline:
            raise TimeoutError(f"coturn does not listen: {host.log('coturn').read_text(errors='replace')}")
        time.sleep(0.1)  # another process
    return host


def _certificate() -> str:
    """The command that signs one by itself: no certificate authority reaches it here."""
    names = f"-subj /CN={TURN_DOMAIN} -addext subjectAltName=DNS:{TURN_DOMAIN}"
    files = f"-keyout {CERTIFICATES}/privkey.pem -out {CERTIFICATES}/fullchain.pem"
    return f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 {names} {files}"


@contextmanager
def nothing_but_443(router: Host) -> Iterator[None]:
    """Have a home's router let nothing out but connections to port 443."""
    router.do("nft", "-f", "-", given=STRICT)
    try:
        yield
    finally:
        router.do("nft", "delete", "table", "ip", "strict")
