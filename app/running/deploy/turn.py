"""`jbcalling deploy turn`: the files of a machine that relays calls, for networks that let little else through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from app.running.deploy.plan import Port, rendered

PORTS: Final = (
    Port("tcp dport 80", "certbot: proof for the certificate authority"),
    Port("tcp dport 443", "coturn: calls, where a network lets nothing but this port through"),
    Port("udp dport 3478", "coturn: calls, where a network lets this through"),
    Port("tcp dport 3478", "coturn: the same by TCP"),
)
"""That somebody outside the machine may reach; what SFUs send to a relayed call answers it."""


@dataclass(frozen=True)
class TurnServer:
    """What only the person who plans can know."""

    domain: str
    """The name that browsers look for; its DNS points here."""
    address: str
    """The public address of this machine."""
    sfus: tuple[str, ...]
    """The public addresses of the machines to which it relays."""
    email: str = ""
    """Contact address for the certificate authority."""


def files(server: TurnServer) -> dict[str, str]:
    """Path below the root → content. None of them holds a secret."""
    facts: dict[str, Any] = {"server": server, "ports": PORTS, "private": []}
    return {
        "etc/turnserver.conf": rendered("turnserver.conf", facts),
        "etc/nftables.conf": rendered("nftables.conf", facts),
        "etc/systemd/system/coturn.service.d/jbcalling.conf": rendered("coturn.conf", facts),
        "etc/letsencrypt/renewal-hooks/deploy/coturn": rendered("coturn-certificate.sh", facts),
        "INSTALL.md": rendered("INSTALL-turn.md", facts),
    }
