"""Environment → settings of the edge processes. Secrets are required, never defaulted.

`make run` writes the secrets into `var/secrets.env` on first run and starts every process with it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from sqlalchemy import make_url

from app.auth.keyset import KeySet
from tasks.wire.environment import TaskConfig, env

ANYWHERE: Final = "*"
_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


class MissingSettingError(RuntimeError):
    """A required environment variable is unset; the message says which and how to get it."""


def _secret(name: str) -> str:
    value = os.environ.get(name, "")
    if len(value) < 32:
        raise MissingSettingError(
            f"{name} is missing or shorter than 32 characters: start through `make run`, "
            f"or create the secrets with `jbcalling secrets`."
        )
    return value


def _urls(name: str, *schemes: str) -> tuple[str, ...]:
    urls = tuple(url for url in os.environ.get(name, "").replace(",", " ").split() if url)
    for url in urls:
        if not url.startswith(tuple(f"{scheme}:" for scheme in schemes)):
            raise MissingSettingError(
                f"{name} holds {url!r}: write {' or '.join(schemes)}:HOST:PORT, several with commas."
            )
    return urls


def _turn_secret() -> str:
    return _secret("TURN_SECRET") if os.environ.get("TURN_URLS") else ""


def _number(name: str, default: int) -> int:
    return int(env(name, str(default)))


class WrongSettingError(ValueError):
    """An environment variable cannot be understood; the message says which, and what it must look like."""


def _origins(name: str, default: str) -> frozenset[str]:
    given = frozenset(env(name, default).replace(",", " ").split())
    for origin in given:
        if origin != ANYWHERE and not _ORIGIN.fullmatch(origin):
            raise WrongSettingError(
                f"{name}: {origin[:80]!r} is no origin. Give origins as https://www.example.org, with commas between, "
                f"or {ANYWHERE} for any."
            )
    return given


@dataclass(frozen=True)
class Settings:
    """Everything the edge reads from the environment, once, at start."""

    var_dir: Path = field(default_factory=lambda: Path(env("JBC_VAR", "var")).resolve())
    """JBC_VAR: what this installation writes: database, secrets, reports."""
    web_host: str = field(default_factory=lambda: env("WEB_HOST", "127.0.0.1"))
    web_port: int = field(default_factory=lambda: _number("WEB_PORT", 8000))
    sfu_host: str = field(default_factory=lambda: env("SFU_HOST", "127.0.0.1"))
    """SFU_HOST: where the SFU listens for signalling, health and metrics, as seen from bridge and web."""
    sfu_port: int = field(default_factory=lambda: _number("SFU_PORT", 8010))
    sfu_public_url: str = field(default_factory=lambda: os.environ.get("SFU_PUBLIC_URL", ""))
    """SFU_PUBLIC_URL: ws(s):// address of the signalling socket as browsers see it, of several SFU machines with commas
    (`docs/scaling.md`); empty: the page's own host on `sfu_port`."""
    stun_urls: tuple[str, ...] = field(default_factory=lambda: _urls("STUN_URLS", "stun", "stuns"))
    """STUN_URLS: servers that tell browsers their public address; rarely needed, the SFU has one itself."""
    turn_urls: tuple[str, ...] = field(default_factory=lambda: _urls("TURN_URLS", "turn", "turns"))
    """TURN_URLS: relays for browsers that reach nothing else (`docs/nat.md`)."""
    turn_secret: str = field(default_factory=_turn_secret, repr=False)
    """TURN_SECRET: coturn's `static-auth-secret`; required with `turn_urls`."""
    turn_lifetime: int = field(default_factory=lambda: _number("TURN_LIFETIME", 43_200))
    """TURN_LIFETIME: seconds for which a browser's TURN credentials are good: longer than any call."""
    ice_relay_only: bool = field(default_factory=lambda: env("ICE_RELAY_ONLY", "0") == "1")
    """ICE_RELAY_ONLY: 1: browsers use TURN and nothing else, to prove that it works."""
    camera_height: int = field(default_factory=lambda: _number("CAMERA_HEIGHT", 540))
    """CAMERA_HEIGHT: pixels of the largest picture that a camera sends; smaller ones are sent beside it."""
    bridge_port: int = field(default_factory=lambda: _number("BRIDGE_PORT", 8030))
    """BRIDGE_PORT: health and metrics of the bridge, on loopback."""
    database_url: str = field(default_factory=lambda: os.environ.get("DATABASE_URL", ""))
    """DATABASE_URL: SQLAlchemy async URL; empty: SQLite in `var_dir`."""
    database_password: str = field(default_factory=lambda: os.environ.get("DATABASE_PASSWORD", ""), repr=False)
    """DATABASE_PASSWORD: the password for a DATABASE_URL that has none in it."""
    session_secret: str = field(default_factory=lambda: _secret("SESSION_SECRET"), repr=False)
    """SESSION_SECRET: encrypts session cookies and signs CSRF tokens."""
    sfu_token_secret: str = field(default_factory=lambda: _secret("SFU_TOKEN_SECRET"), repr=False)
    """SFU_TOKEN_SECRET: signs the tokens with which browsers and bridges enter the SFU."""
    embed_origins: frozenset[str] = field(default_factory=lambda: _origins("EMBED_ORIGINS", ANYWHERE))
    """EMBED_ORIGINS: sites that may show a room's captions in a frame. Each embed needs a link of its room besides."""
    feed_origins: frozenset[str] = field(default_factory=lambda: _origins("FEED_ORIGINS", ""))
    """FEED_ORIGINS: sites whose scripts may read the caption feed; programs outside browsers need no leave."""
    keys_dir: Path | None = field(default_factory=lambda: Path(env("JBC_KEYS", "")) if env("JBC_KEYS", "") else None)
    """JBC_KEYS: where `jbcalling secrets rotate` writes the keys that take the place of these two secrets."""
    max_demo_rooms: int = field(default_factory=lambda: _number("MAX_DEMO_ROOMS", 3))
    """MAX_DEMO_ROOMS: demo rooms playing at once; further visitors join the newest of them."""
    tasks: TaskConfig = field(default_factory=TaskConfig)

    @classmethod
    def without_secrets(cls) -> Self:
        """For commands and migrations, which sign nothing: no signing key is asked for, and there is none in it.

        The passwords of Redis and the database are as the environment has them.

        Raises:
            MissingSettingError, WrongSettingError: a setting that is no secret cannot be used.
        """
        return cls(session_secret="", sfu_token_secret="", turn_secret="")

    @classmethod
    def of_bridge(cls) -> Self:
        """For the bridge, which on a server does not know the secrets of `web` (`app/running/deploy/processes.py`).

        Raises:
            MissingSettingError: SFU_TOKEN_SECRET, or another setting, cannot be used.
        """
        return cls(session_secret="", turn_secret="")

    @cached_property
    def session_keys(self) -> KeySet:
        """The keys of session cookies and CSRF tokens."""
        return KeySet(self.session_secret, self.keys_dir and self.keys_dir / "session.keys")

    @cached_property
    def sfu_token_keys(self) -> KeySet:
        """The keys of the tokens for the SFU."""
        return KeySet(self.sfu_token_secret, self.keys_dir and self.keys_dir / "sfu-token.keys")

    @property
    def sfu_urls(self) -> tuple[str, ...]:
        """The addresses in `sfu_public_url`, one for each SFU machine."""
        return tuple(url.strip() for url in self.sfu_public_url.split(",") if url.strip())

    @property
    def sqlalchemy_url(self) -> str:
        """The database to use."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{self.var_dir / 'jbcalling.db'}"
        url = make_url(self.database_url)
        if url.username and url.password is None and self.database_password:
            url = url.set(password=self.database_password)
        return url.render_as_string(hide_password=False)
