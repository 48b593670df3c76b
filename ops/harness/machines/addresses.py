"""Who the hosts of the installation are, where they are, and what they are planned with."""

from __future__ import annotations

from typing import Final

EDGE, WORKER, MEDIA = "edge", "worker-2", "worker-3"
TURN, CALLERS, ROUTER = "turn", "callers", "router"
PRIVATE: Final = {EDGE: "10.0.0.1", WORKER: "10.0.0.2", MEDIA: "10.0.0.3"}
PUBLIC: Final = {EDGE: "203.0.113.5", MEDIA: "203.0.113.6", TURN: "203.0.113.7", ROUTER: "203.0.113.9"}
HOME, HOME_GATEWAY = "192.168.1.2", "192.168.1.1"
DOMAINS: Final = {EDGE: "calls.example.org", MEDIA: "sfu2.example.org"}
TURN_DOMAIN: Final = "turn.example.org"
NAMES: Final = {domain: PUBLIC[name] for name, domain in {**DOMAINS, TURN: TURN_DOMAIN}.items()}
"""As DNS has them."""
SFUS: Final = {name: f"wss://{domain}/ws" for name, domain in DOMAINS.items()}
"""Where browsers find each machine's SFU."""
SITE: Final = f"https://{DOMAINS[EDGE]}"
ROLES: Final[dict[str, tuple[str, ...]]] = {
    EDGE: (
        *("--role", "edge", "--domain", DOMAINS[EDGE], "--address", PUBLIC[EDGE], "--postgresql"),
        *("--edge", PRIVATE[EDGE], "--worker", PRIVATE[WORKER], "--worker", PRIVATE[MEDIA]),
        *("--sfu", f"{DOMAINS[MEDIA]}={PRIVATE[MEDIA]}"),
    ),
    WORKER: ("--role", "worker", "--edge", PRIVATE[EDGE], "--address", PRIVATE[WORKER]),
    MEDIA: (
        *("--role", "worker", "--edge", PRIVATE[EDGE], "--address", PRIVATE[MEDIA]),
        *("--sfu-domain", DOMAINS[MEDIA], "--public", PUBLIC[MEDIA]),
    ),
}
MORE: Final = {EDGE: ("--webs", "2", "--turn", TURN_DOMAIN)}
"""What the edge is planned with beyond that."""
SECRETS_OF: Final = {
    WORKER: ("REDIS_WORKER_PASSWORD",),
    MEDIA: ("REDIS_WORKER_PASSWORD", "REDIS_PASSWORD", "SFU_TOKEN_SECRET"),
}
"""What is copied from the edge by hand."""
