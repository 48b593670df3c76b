"""`jbcalling deploy plan`: the files of one server, below a folder that mirrors its root, and what to do with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.running.deploy import memory
from app.running.deploy.processes import Role, units
from app.running.deploy.settings_file import template

TEMPLATES: Final = Path(__file__).with_name("templates")
SYSTEMD: Final = "etc/systemd/system"
COMMAND: Final = "usr/local/bin/jbcalling"
SETTINGS: Final = "etc/jbcalling/jbcalling.env"
MODES: Final = {
    COMMAND: 0o755,
    SETTINGS: 0o600,
    "etc/turnserver.conf": 0o600,
    "etc/letsencrypt/renewal-hooks/deploy/coturn": 0o755,
}
"""Of files that are not 0644: somebody may yet write a password into the settings."""
WEB_PORT: Final = 8000
"""Of the first process of `web`; further ones have the next."""
BACKUPS: Final = "/var/backups/jbcalling"


@dataclass(frozen=True)
class Server:
    """What only the person who plans can know."""

    role: Role
    prefix: Path = Path("/opt/jbcalling")
    """Where the checkout lies."""
    domain: str = ""
    """The name that people open; its DNS points here."""
    address: str = ""
    """On an edge the public address, which browsers' media reach; on a worker its own on the private network."""
    address6: str = ""
    """On an edge its public IPv6 address, which browsers' media reach, too; empty: it has none."""
    email: str = ""
    """Contact address for the certificate authority."""
    edge: str = ""
    """On a worker: the edge's private address. On an edge with workers elsewhere: its own."""
    workers: tuple[str, ...] = ()
    """On an edge: the private addresses of the workers."""
    instances: int = 1
    """Worker processes on this machine."""
    webs: int = 1
    """Processes of `web` behind the proxy of this machine."""
    sfu_workers: int = 1
    postgresql: bool = False
    sfu_domain: str = ""
    """On a worker that carries an SFU with its bridge: the name by which browsers reach that."""
    public: str = ""
    """The public address of such a worker, which browsers' media reach."""
    turn: str = ""
    """On an edge: the name of a TURN server (`turn.TurnServer`)."""
    sfus: tuple[tuple[str, str], ...] = ()
    """On an edge: the names of such workers' SFUs, each with its machine's private address."""

    @property
    def serves(self) -> bool:
        """Whether people open its pages."""
        return self.role != "worker"

    @property
    def web_ports(self) -> range:
        """Of its processes of `web`."""
        return range(WEB_PORT, WEB_PORT + self.webs)

    @property
    def carries(self) -> bool:
        """Whether people's calls are held on it."""
        return self.serves or bool(self.sfu_domain)

    @property
    def peers(self) -> tuple[str, ...]:
        """The private addresses of the others of this installation that it talks with."""
        of_sfus = [address for _, address in self.sfus]
        return tuple(dict.fromkeys([*self.workers, *of_sfus])) if self.serves else (self.edge,)

    @property
    def works(self) -> bool:
        """Whether models run on it."""
        return self.role != "edge"


@dataclass(frozen=True)
class Port:
    """One port that is open from outside, and why."""

    match: str
    """In the words of nftables."""
    why: str


def ports(server: Server) -> list[Port]:
    """Every port that somebody outside the machine may reach."""
    found = []
    if server.carries:
        media = f"8020-{8019 + server.sfu_workers}" if server.sfu_workers > 1 else "8020"
        found += [
            Port("tcp dport 80", "Caddy: proof for the certificate authority, and the way to https"),
            Port("tcp dport 443", f"Caddy: {'pages, captions, ' if server.serves else ''}signalling"),
            Port(f"udp dport {media}", "SFU: audio and video, encrypted by browsers (DTLS-SRTP)"),
            Port(f"tcp dport {media}", "SFU: the same for networks that let no UDP through"),
        ]
    if server.serves and server.peers:
        found.append(Port("ip saddr $private tcp dport 8050", "Redis, for the workers only, with a password"))
    if server.sfu_domain:
        found.append(Port("ip saddr $private tcp dport 8010", "SFU: health and rooms, for web on the edge"))
    if not server.serves:
        metrics = f"8041-{8040 + server.instances}" if server.instances > 1 else "8041"
        found += [
            Port(f"ip saddr $private tcp dport {metrics}", "metrics of the workers, for Prometheus on the edge"),
            Port("ip saddr $private tcp dport 9100", "metrics of this machine, for Prometheus on the edge"),
        ]
    return found


def packages(server: Server) -> list[str]:
    """What Debian brings along."""
    names = ["git", "make", "python3-venv", "espeak-ng", "nftables", "systemd-timesyncd"]
    if server.works:
        names += ["libgomp1"]
    if server.carries:
        names += ["caddy", "libopus0"]
    if server.serves:
        names += ["redis-tools"]
    if server.webs > 1:
        names += ["curl"]  # its units wait by it until they answer
    if server.serves and server.postgresql:
        names += ["postgresql", "postgresql-client"]
    return names


def chosen(server: Server) -> dict[str, str]:
    """The settings that follow from the plan."""
    settings: dict[str, str] = {}
    if server.carries:
        public = server.address if server.serves else server.public
        settings |= {
            "SFU_RTC_IP": "0.0.0.0,::" if server.address6 else "0.0.0.0",  # noqa: S104 - media comes from everywhere
            "SFU_ANNOUNCED_ADDRESS": ",".join(filter(None, [public, server.address6])),
            "SFU_WORKERS": str(server.sfu_workers),
        }
    if server.sfu_domain:
        settings["SFU_HOST"] = "0.0.0.0"  # noqa: S104 - bridge and Caddy here, `web` on the edge: the firewall knows
    if not server.serves:
        return settings | {"REDIS_HOST": server.edge, "WORKER_METRICS_HOST": server.address}
    domains = [server.domain, *(domain for domain, _ in server.sfus)]
    settings |= {
        "SFU_PUBLIC_URL": ",".join(f"wss://{domain}/ws" for domain in domains),
        "BACKUP_RECIPIENT": "",
        "BACKUP_DIR": BACKUPS,
        "BACKUP_ALSO": "/etc/jbcalling:/var/lib/caddy/.local/share/caddy",
    }
    if server.turn:
        settings["TURN_URLS"] = f"turn:{server.turn}:3478?transport=udp,turns:{server.turn}:443?transport=tcp"
    if server.sfus:
        settings["SFU_OPERATORS"] = ",".join(f"{host}:8010" for host in ("127.0.0.1", *(at for _, at in server.sfus)))
    if server.peers:
        settings["REDIS_BIND"] = f"127.0.0.1 {server.edge}"
    if server.postgresql:
        settings["DATABASE_URL"] = "postgresql+asyncpg://jbcalling@127.0.0.1/jbcalling"
    return settings


def files(server: Server) -> dict[str, str]:
    """Path below the root → content."""
    services = units(server.role, server.prefix, sfu=server.carries, workers=server.instances, webs=server.webs)
    facts: dict[str, Any] = {
        "prefix": server.prefix,
        "role": server.role,
        "units": services,
        "private": [*server.peers],
        "allowed_peers": list(
            dict.fromkeys(filter(None, [*server.peers, server.edge, "" if server.serves else server.address]))
        ),
        "backup_dir": BACKUPS,
        "ports": ports(server),
        "packages": packages(server),
        "server": server,
        "worker_memory": memory.of_worker() if server.works else "",
    }

    def planned(name: str, **more: object) -> str:
        return rendered(name, facts | more)

    found = {f"{SYSTEMD}/{unit.file}": planned("unit.service", unit=unit) for unit in services}
    found |= {
        f"{SYSTEMD}/jbcalling.target": planned("jbcalling.target"),
        "etc/sysusers.d/jbcalling.conf": planned("sysusers.conf"),
        "etc/tmpfiles.d/jbcalling.conf": planned("tmpfiles.conf"),
        SETTINGS: template("all" if server.carries else server.role, chosen(server)),
        "etc/nftables.conf": planned("nftables.conf"),
        "etc/systemd/journald.conf.d/jbcalling.conf": planned("journald.conf"),
        COMMAND: planned("jbcalling.sh"),
        "INSTALL.md": planned("INSTALL.md"),
    }
    if server.serves:
        found |= {f"{SYSTEMD}/{name}": planned(name) for name in ("jbcalling-backup.service", "jbcalling-backup.timer")}
    if server.carries:
        site = server.domain if server.serves else server.sfu_domain
        behind = {"pages": server.serves, "web_ports": server.web_ports}
        found["etc/caddy/Caddyfile"] = caddyfile(site=site, email=server.email, **behind)
    return found


def caddyfile(**facts: object) -> str:
    """The proxy's configuration; `site` is its address, `local_ca` makes Caddy its own authority.

    Without `redirects` nothing listens on the port of plain HTTP. `default_sni` is for whoever names no host, as
    browsers do where the address is a number. Without `pages` there is an SFU alone behind it; `web_ports` are those of
    the processes of `web`.
    """
    defaults: Mapping[str, object] = {
        "pages": True,
        "email": "",
        "bind": "",
        "local_ca": False,
        "redirects": True,
        "default_sni": "",
        "http_port": 0,
        "web_ports": [WEB_PORT],
        "sfu_port": 8010,
    }
    return rendered("Caddyfile", {**defaults, **facts})


def rendered(name: str, facts: Mapping[str, object]) -> str:
    """One of the templates."""
    jinja = Environment(  # noqa: S701 - no HTML
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True
    )
    return jinja.get_template(f"{name}.j2").render(facts)


def write(planned: Mapping[str, str], out: Path) -> list[Path]:
    """Write a plan, path below the root → content; the files. None of them holds a secret."""
    written = []
    for name, content in sorted(planned.items()):
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(MODES.get(name, 0o644))
        written.append(path)
    return written
