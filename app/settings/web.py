"""The settings of the web process. Secrets are required, never defaulted.

`make run` writes the secrets into `var/secrets.env` on first run and starts every process with it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Final
from urllib.parse import urlsplit

from app.auth.keyset import KeySet
from app.captions.feed_limits import FeedLimits
from app.settings.backup import BackupConfig
from app.settings.installation import MIN_SECRET_CHARS, SignallingSettings
from app.settings.networks import MONITORING_FROM, TRUSTED_PROXIES
from app.settings.oidc import OidcSettings
from app.settings.speech_api import Limits
from tasks.wire.addresses import authority
from tasks.wire.environment import (
    INTERIM_EVERY,
    SEGMENT_ENDPOINT,
    SEGMENT_MAX,
    Setting,
    SettingError,
    choice,
    flag,
    key,
    whole,
)

ANYWHERE: Final = "*"
_ORIGIN: Final = re.compile(r"https?://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_MONTH_SECONDS: Final = 2_678_400


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _urls(name: str, *schemes: str) -> Setting[tuple[str, ...]]:
    """A setting that is the addresses of servers for browsers."""

    def parse(text: str) -> tuple[str, ...]:
        for url in _words(text):
            if not url.startswith(tuple(f"{scheme}:" for scheme in schemes)):
                raise ValueError(url)
        return _words(text)

    return Setting(name, tuple, parse, f"{' or '.join(schemes)}:HOST:PORT, several with commas")


def _origins(name: str, default: str) -> Setting[frozenset[str]]:
    """A setting that is the origins of web sites."""

    def parse(text: str) -> frozenset[str]:
        for origin in _words(text):
            if origin != ANYWHERE and not _ORIGIN.fullmatch(origin):
                raise ValueError(origin)
        return frozenset(_words(text))

    allowed = f"origins as https://www.example.org, with commas between, or {ANYWHERE} for any"
    return Setting(name, partial(parse, default), parse, allowed)


def _sockets(text: str) -> str:
    for url in _words(text):
        if not url.startswith(("ws://", "wss://")):
            raise ValueError(url)
    return ",".join(_words(text))


def _authorities(text: str) -> tuple[str, ...]:
    for one in _words(text):
        parts = urlsplit(f"//{one}")
        if not parts.hostname or not parts.port or one.lower() != authority(parts.hostname, parts.port):
            raise ValueError(one)
    return _words(text)


_SFU_OPERATORS: Final[Setting[tuple[str, ...]]] = Setting(
    "SFU_OPERATORS", tuple, _authorities, "HOST:PORT of each, with commas"
)


def _turn_secret() -> str:
    return key("TURN_SECRET", MIN_SECRET_CHARS)() if os.environ.get("TURN_URLS") else ""


_SECOND_FACTOR_REQUIRED: Final = flag("SECOND_FACTOR_REQUIRED")


def _second_factor_secret() -> str:
    wanted = os.environ.get("SECOND_FACTOR_SECRET") or _SECOND_FACTOR_REQUIRED()
    return key("SECOND_FACTOR_SECRET", MIN_SECRET_CHARS)() if wanted else ""


_KEEP_CALLS: Final = flag("KEEP_CALLS")


def _keep_secret() -> str:
    wanted = os.environ.get("KEEP_SECRET") or _KEEP_CALLS()
    return key("KEEP_SECRET", MIN_SECRET_CHARS)() if wanted else ""


@dataclass(frozen=True)
class WebSettings(SignallingSettings):
    """Everything the web process reads from the environment, once, at its start."""

    session_secret: str = field(default_factory=key("SESSION_SECRET", MIN_SECRET_CHARS), repr=False)
    """SESSION_SECRET: encrypts session cookies and signs CSRF tokens."""
    sfu_public_url: str = field(
        default_factory=Setting("SFU_PUBLIC_URL", str, _sockets, "wss://HOST/ws or ws://…, several with commas")
    )
    """SFU_PUBLIC_URL: ws(s):// address of the signalling socket as browsers see it, of several SFU machines with commas
    (`docs/scaling.md`); empty: the page's own host on `sfu_port`."""
    sfu_operators: tuple[str, ...] = field(default_factory=_SFU_OPERATORS)
    """SFU_OPERATORS: where `web` itself reaches the signalling port of every SFU, to see whether it answers and who is
    in, and to end calls; of several in the order of SFU_PUBLIC_URL. Empty: the one at SFU_HOST and SFU_PORT."""
    second_factor_secret: str = field(default_factory=_second_factor_secret, repr=False)
    """SECOND_FACTOR_SECRET: encrypts what administrators' apps share with us; without it nobody can set one up."""
    second_factor_required: bool = field(default_factory=_SECOND_FACTOR_REQUIRED)
    """SECOND_FACTOR_REQUIRED: 1: administrators come no further than their own page until they have one."""
    keep_calls: bool = field(default_factory=_KEEP_CALLS)
    """KEEP_CALLS: 1: administrators may let calls be kept as sound, by those who agree (`docs/keeping.md`)."""
    keep_secret: str = field(default_factory=_keep_secret, repr=False)
    """KEEP_SECRET: seals the keys of kept calls; without it none can be kept, or heard."""
    keep_mb: int = field(default_factory=whole("KEEP_MB", 2_000, 1, 10_000_000))
    """KEEP_MB: millions of bytes that all kept calls may take in the database."""
    keep_hours: int = field(default_factory=whole("KEEP_HOURS", 4, 1, 23))
    """KEEP_HOURS: after which a call is kept no longer; whoever wants can begin again."""
    waiting_room: bool = field(default_factory=flag("WAITING_ROOM"))
    """WAITING_ROOM: 1: new rooms have a waiting room, until a host turns it off."""
    stun_urls: tuple[str, ...] = field(default_factory=_urls("STUN_URLS", "stun", "stuns"))
    """STUN_URLS: servers that tell browsers their public address; rarely needed, the SFU has one itself."""
    turn_urls: tuple[str, ...] = field(default_factory=_urls("TURN_URLS", "turn", "turns"))
    """TURN_URLS: relays for browsers that reach nothing else (`docs/nat.md`)."""
    turn_secret: str = field(default_factory=_turn_secret, repr=False)
    """TURN_SECRET: coturn's `static-auth-secret`; required with `turn_urls`."""
    turn_lifetime: int = field(default_factory=whole("TURN_LIFETIME", 43_200, 60, _MONTH_SECONDS))
    """TURN_LIFETIME: seconds for which a browser's TURN credentials are good: longer than any call."""
    ice_relay_only: bool = field(default_factory=flag("ICE_RELAY_ONLY"))
    """ICE_RELAY_ONLY: 1: browsers use TURN and nothing else, to prove that it works."""
    camera_height: int = field(default_factory=whole("CAMERA_HEIGHT", 540, 90, 2_160))
    """CAMERA_HEIGHT: pixels of the largest picture that a camera sends; smaller ones are sent beside it."""
    embed_origins: frozenset[str] = field(default_factory=_origins("EMBED_ORIGINS", ANYWHERE))
    """EMBED_ORIGINS: sites that may show a room's captions in a frame. Each embed needs a link of its room besides."""
    feed_origins: frozenset[str] = field(default_factory=_origins("FEED_ORIGINS", ""))
    """FEED_ORIGINS: sites whose scripts may read the caption feed; programs outside browsers need no leave."""
    trusted_proxies: tuple[str, ...] = field(default_factory=TRUSTED_PROXIES)
    """TRUSTED_PROXIES: reverse proxies whose word on the client's address counts, besides those on this machine."""
    monitoring_from: tuple[str, ...] = field(default_factory=MONITORING_FROM)
    """MONITORING_FROM: who may read `/metrics` and `/ready`, besides this machine; the SFU reads it, too."""
    oidc: OidcSettings = field(default_factory=OidcSettings)
    """The service that people sign in by."""
    rooms_by: str = field(default_factory=choice("ROOMS_BY", "anybody", ("anybody", "link", "login", "admin", "key")))
    """ROOMS_BY: who may make rooms: anybody, who has a link of an invitation, who has signed in by OIDC, the
    administration, a program's key."""
    rooms_unused_days: int = field(default_factory=whole("ROOMS_UNUSED_DAYS", 90, 0, 36_500))
    """ROOMS_UNUSED_DAYS: after which a room goes that nobody enters, once nothing that was said in it is left."""
    rooms_per_address: int = field(default_factory=whole("ROOMS_PER_ADDRESS", 60, 0, 1_000_000))
    """ROOMS_PER_ADDRESS: that one address makes in an hour; 0: no limit."""
    max_demo_rooms: int = field(default_factory=whole("MAX_DEMO_ROOMS", 3, 0, 1_000))
    """MAX_DEMO_ROOMS: demo rooms playing at once; further visitors join the newest of them."""
    feeds: FeedLimits = field(default_factory=FeedLimits)
    speech: Limits = field(default_factory=Limits)
    segment_endpoint: float = field(default_factory=SEGMENT_ENDPOINT)
    segment_max: float = field(default_factory=SEGMENT_MAX)
    interim_every: float = field(default_factory=INTERIM_EVERY)
    """These three are for the speech finders of the speech API, which read them again from the environment of `web`."""
    backup: BackupConfig = field(default_factory=BackupConfig)
    """Where the last backup is noted."""

    def __post_init__(self) -> None:
        """Refuse what would let nobody make rooms, or look for rooms in the wrong place."""
        if self.rooms_by == "login" and not (self.oidc.issuer and self.oidc.rules):
            raise SettingError("ROOMS_BY is 'login' and nobody can sign in: it needs OIDC_ISSUER and OIDC_ROLES.")
        if len(self.sfu_urls) > 1 and len(self.sfu_operators) not in (0, len(self.sfu_urls)):
            raise SettingError(
                f"SFU_OPERATORS names {len(self.sfu_operators)} and SFU_PUBLIC_URL {len(self.sfu_urls)} SFUs: each has "
                "one of both, in the same order."
            )

    @cached_property
    def session_keys(self) -> KeySet:
        """The keys of session cookies and CSRF tokens."""
        return KeySet(self.session_secret, self.keys_dir and self.keys_dir / "session.keys")

    @property
    def sfu_urls(self) -> tuple[str, ...]:
        """The addresses in `sfu_public_url`, one for each SFU machine."""
        return tuple(url.strip() for url in self.sfu_public_url.split(",") if url.strip())
