"""What every edge process knows of its installation, and commands and migrations need no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.auth.keyset import KeySet
from tasks.wire.addresses import one_line, reachable
from tasks.wire.environment import Setting, TaskConfig, choice, env, host, key, path, port

MIN_SECRET_CHARS: Final = 32
ROLE: Final = choice("JBC_ROLE", "", ("edge", "worker", "all"))
"""JBC_ROLE: which server of `jbcalling deploy plan` this is; empty in a checkout that `make run` starts."""
DRIVERS: Final = ("sqlite+aiosqlite", "postgresql+asyncpg")


def _database(text: str) -> str:
    try:
        url = make_url(text.strip())
    except ArgumentError as error:
        raise ValueError("no address of a database") from error
    if url.drivername not in DRIVERS or "@" in (url.host or ""):
        raise ValueError("another database, or a password that breaks the address in the wrong place")
    return text.strip()


DATABASE_FORM: Final = (
    "postgresql+asyncpg://USER@HOST/NAME or sqlite+aiosqlite:///FILE, with what is special in a password "
    "percent-encoded: @ as %40, # as %23, / as %2F, % as %25"
)


def _var_dir() -> Path:
    return path("JBC_VAR", lambda: Path("var"))().resolve()


def _keys_dir() -> Path | None:
    return Path(given) if (given := env("JBC_KEYS", "")) else None


@dataclass(frozen=True)
class InstallationSettings:
    """Where the parts of this installation are. Signs nothing: there is no signing key in it."""

    var_dir: Path = field(default_factory=_var_dir)
    """JBC_VAR: what this installation writes: database, secrets, reports."""
    role: str = field(default_factory=ROLE)
    web_host: str = field(default_factory=host("WEB_HOST", "127.0.0.1"))
    """WEB_HOST: where `web` listens."""
    web_port: int = field(default_factory=port("WEB_PORT", 8000))
    sfu_host: str = field(default_factory=host("SFU_HOST", "127.0.0.1"))
    """SFU_HOST: where the SFU listens for signalling, health and metrics."""
    sfu_port: int = field(default_factory=port("SFU_PORT", 8010))
    bridge_port: int = field(default_factory=port("BRIDGE_PORT", 8030))
    """BRIDGE_PORT: health and metrics of the bridge, on loopback."""
    database_url: str = field(
        default_factory=Setting("DATABASE_URL", str, _database, DATABASE_FORM, secret=True), repr=False
    )
    """DATABASE_URL: SQLAlchemy async URL; empty: SQLite in `var_dir`."""
    database_password: str = field(
        default_factory=Setting("DATABASE_PASSWORD", str, one_line, "one line of text", secret=True), repr=False
    )
    """DATABASE_PASSWORD: the password for a DATABASE_URL that has none in it."""
    keys_dir: Path | None = field(default_factory=_keys_dir)
    """JBC_KEYS: where `jbcalling secrets rotate` writes the keys that take the place of the signing secrets."""
    tasks: TaskConfig = field(default_factory=TaskConfig)

    @property
    def web_address(self) -> str:
        """Where this machine reaches `web`, which may listen on all of its addresses."""
        return reachable(self.web_host)

    @property
    def sfu_address(self) -> str:
        """Where this machine reaches the SFU."""
        return reachable(self.sfu_host)

    @property
    def sqlalchemy_url(self) -> str:
        """The database to use, with its password."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{self.var_dir / 'jbcalling.db'}"
        url = make_url(self.database_url)
        if url.username and url.password is None and self.database_password:
            url = url.set(password=self.database_password)
        return url.render_as_string(hide_password=False)


@dataclass(frozen=True)
class SignallingSettings(InstallationSettings):
    """What makes the tokens for the SFU."""

    sfu_token_secret: str = field(default_factory=key("SFU_TOKEN_SECRET", MIN_SECRET_CHARS), repr=False)
    """SFU_TOKEN_SECRET: signs the tokens with which browsers and bridges enter the SFU."""

    @cached_property
    def sfu_token_keys(self) -> KeySet:
        """The keys of the tokens for the SFU."""
        return KeySet(self.sfu_token_secret, self.keys_dir and self.keys_dir / "sfu-token.keys")
