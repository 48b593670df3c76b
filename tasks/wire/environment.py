"""Environment → settings: one reader that checks type and bounds, and what both the edge and the workers need.

A setting is the `default_factory` of a field of a settings class, so that making one reads the environment at that
moment. Each process makes its class once, at its start, within `ending_in_one_line`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Generic, TypeVar

from tasks.wire import addresses

T = TypeVar("T")

MAX_SHOWN_CHARS: Final = 60
"""How much of a value that cannot be used is shown."""
MAX_PORT: Final = 65_535
MAX_MEGABYTES: Final = 1_000_000
MAKE_SECRETS: Final = "start through `make run`, or create the secrets with `jbcalling secrets`"


class SettingError(ValueError):
    """An environment variable cannot be used; the message, one line, says which, what it is and what is allowed."""


def env(name: str, default: str) -> str:
    """The value of `name`, or `default` where it is unset or empty."""
    return os.environ.get(name) or default


@dataclass(frozen=True)
class Setting(Generic[T]):
    """How one environment variable is read. Calling it reads it."""

    name: str
    default: Callable[[], T]
    """What an unset or empty variable means."""
    parse: Callable[[str], T]
    """From the text, without the blanks around it (those of a secret belong to it); raises ValueError."""
    allowed: str
    """What `parse` takes, for people."""
    secret: bool = False
    """Whether the value may never be shown."""

    def __call__(self) -> T:
        """The value.

        Raises:
            SettingError: it cannot be used.
        """
        text = os.environ.get(self.name, "")
        if not text:
            return self.default()
        try:
            if not text.strip():
                raise ValueError("blank")
            return self.parse(text if self.secret else text.strip())
        except ValueError:
            now = "cannot be used (what it is stays secret)" if self.secret else f"is {shown(text)}"
            raise SettingError(f"{self.name} {now}: it must be {self.allowed}.") from None


def shown(value: str) -> str:
    """A value as messages show it: in quotes, on one line, and not too much of it."""
    return repr(value if len(value) <= MAX_SHOWN_CHARS else f"{value[:MAX_SHOWN_CHARS]}…")


def whole(name: str, default: int | Callable[[], int], least: int, most: int) -> Setting[int]:
    """A setting that is a whole number."""
    made = default if callable(default) else partial(int, default)
    return Setting(name, made, partial(_within, int, least, most), f"a whole number from {least} to {most}")


def number(name: str, default: float, least: float, most: float) -> Setting[float]:
    """A setting that is a number."""
    allowed = f"a number from {least:g} to {most:g}"
    return Setting(name, lambda: default, partial(_within, float, least, most), allowed)


def port(name: str, default: int, least: int = 1) -> Setting[int]:
    """A setting that is a port."""
    return whole(name, default, least, MAX_PORT)


def flag(name: str, *, default: bool = False) -> Setting[bool]:
    """A setting that is on or off."""
    return Setting(name, lambda: default, lambda text: _within(int, 0, 1, text) == 1, "0 or 1")


def choice(name: str, default: str, allowed: Collection[str]) -> Setting[str]:
    """A setting that is one of a few words, in whatever case."""

    def parse(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(text)
        return text.lower()

    return Setting(name, lambda: default, parse, f"one of {', '.join(allowed)}")


def host(name: str, default: str | Callable[[], str]) -> Setting[str]:
    """A setting that is where a server is, or listens."""
    made = default if callable(default) else partial(str, default)
    return Setting(name, made, addresses.checked_host, "a host name or an address alone, as 10.0.0.1 or ::1")


def text(name: str, default: str = "") -> Setting[str]:
    """A setting that may be any text."""
    return Setting(name, lambda: default, str, "some text")


def key(name: str, least_chars: int) -> Setting[str]:
    """A setting that is a secret which must be there."""

    def missing() -> str:
        raise SettingError(f"{name} is missing: {MAKE_SECRETS}.")

    def parse(text: str) -> str:
        if len(text) < least_chars:
            raise ValueError("short")
        return addresses.one_line(text)

    allowed = f"one line of at least {least_chars} characters: {MAKE_SECRETS}"
    return Setting(name, missing, parse, allowed, secret=True)


def path(name: str, default: Callable[[], Path]) -> Setting[Path]:
    """A setting that is a file or a folder."""
    return Setting(name, default, Path, "a path")


@contextmanager
def ending_in_one_line() -> Iterator[None]:
    """End the process with EX_CONFIG where the block meets a setting that cannot be used; one line says which."""
    try:
        yield
    except SettingError as error:
        print(f"Cannot start: {error}", file=sys.stderr, flush=True)  # noqa: T201 - there may be no log yet
        raise SystemExit(os.EX_CONFIG) from None


N = TypeVar("N", int, float)


def _within(kind: Callable[[str], N], least: N, most: N, text: str) -> N:
    value = kind(text)
    if not least <= value <= most:  # never true of NaN
        raise ValueError(text)
    return value


LOG_LEVEL: Final = choice("LOG_LEVEL", "info", ("debug", "info", "warning", "error", "critical"))
"""LOG_LEVEL: debug adds what our own code says of smaller steps; all others are as info."""
SEGMENT_ENDPOINT: Final = number("SEGMENT_ENDPOINT", 0.4, 0.1, 10)
"""SEGMENT_ENDPOINT: seconds of silence that end a segment, in calls and in streams of the speech API."""
SEGMENT_MAX: Final = number("SEGMENT_MAX", 12.0, 4, 50)
"""SEGMENT_MAX: seconds after which a segment is cut."""
INTERIM_EVERY: Final = number("INTERIM_EVERY", 2.0, 0, 60)
"""INTERIM_EVERY: seconds between hypotheses while speech goes on; 0: only in pauses."""
REDIS_PORT: Final = port("REDIS_PORT", 8050)
"""REDIS_PORT: where our own Redis server listens."""
REDIS_PASSWORD: Final = Setting("REDIS_PASSWORD", str, addresses.one_line, "one line of text", secret=True)
"""REDIS_PASSWORD: of our own Redis server; any characters but the ends of lines."""
NEEDED_REDIS_PASSWORD: Final = key("REDIS_PASSWORD", 1)
"""The same where nothing works without one."""
WORKER_ACCOUNT: Final = "worker"
"""The user of our own Redis server that workers are."""
REDIS_WORKER_PASSWORD: Final = Setting(
    "REDIS_WORKER_PASSWORD", str, addresses.one_line, "one line of text", secret=True
)
"""REDIS_WORKER_PASSWORD: of the account of workers, which may do what a worker does; without it they have the other."""
REDIS_BIND: Final = Setting(
    "REDIS_BIND",
    lambda: "127.0.0.1",
    addresses.checked_bind,
    "addresses with spaces between, as 127.0.0.1 10.0.0.1 or ::1",
)
"""REDIS_BIND: where our own Redis server listens."""
REDIS_HOST: Final = host("REDIS_HOST", lambda: addresses.reachable(REDIS_BIND()))
"""REDIS_HOST: where our own Redis server is; without it, this machine, where REDIS_BIND says."""


def _own_redis() -> str:
    return addresses.redis_url(REDIS_HOST(), REDIS_PORT(), REDIS_PASSWORD())


def _own_redis_for_workers() -> str:
    password = REDIS_WORKER_PASSWORD()
    if not password:
        return _own_redis()
    return addresses.redis_url(REDIS_HOST(), REDIS_PORT(), password, WORKER_ACCOUNT)


def redis_url(own: Callable[[], str]) -> Setting[str]:
    """REDIS_URL, else our own server."""
    return Setting("REDIS_URL", own, addresses.checked_redis_url, addresses.REDIS_FORM, secret=True)


OF_WORKERS: Final = redis_url(_own_redis_for_workers)
"""REDIS_URL as workers and the installer read it."""
BROKER_URL: Final = Setting("BROKER_URL", str, addresses.checked_broker_url, addresses.BROKER_FORM, secret=True)
"""BROKER_URL: a RabbitMQ server that holds the queues; without it Redis does, beside everything else."""


def _cache_dir() -> Path:
    return Path(env("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "jbcalling"


@dataclass(frozen=True)
class TaskConfig:
    """What a worker, or a process that sends work to workers, must know."""

    redis_url: str = field(default_factory=redis_url(_own_redis))
    """REDIS_URL, else the server of the `redis` Procfile line: REDIS_HOST, REDIS_PORT and REDIS_PASSWORD."""
    broker_url: str = field(default_factory=BROKER_URL)
    cache_dir: Path = field(default_factory=path("JBC_CACHE", _cache_dir))
    """JBC_CACHE: downloads and builds kept outside the checkout, one folder for all checkouts of a user."""
    threads: int = field(default_factory=whole("MODEL_THREADS", lambda: min(4, os.cpu_count() or 1), 1, 1_024))
    """MODEL_THREADS: threads one model may use for one request; keep it within the cores of the machine."""

    beam: int = field(default_factory=whole("TRANSLATE_BEAM", 2, 1, 64))
    """TRANSLATE_BEAM: hypotheses that CTranslate2 translators keep at a time; 1 is fastest, Argos Translate uses 4."""
    translation_cache_mb: int = field(default_factory=whole("CACHE_TRANSLATION_MB", 32, 0, MAX_MEGABYTES))
    """CACHE_TRANSLATION_MB: how much Redis keeps of translations, in megabytes; 0: none."""
    audio_cache_mb: int = field(default_factory=whole("CACHE_AUDIO_MB", 128, 0, MAX_MEGABYTES))
    """CACHE_AUDIO_MB: the same of synthesised audio."""
    log_level: str = field(default_factory=LOG_LEVEL)

    def __post_init__(self) -> None:
        """Refuse queues where there can be none."""
        if addresses.is_cluster(self.redis_url) and not self.broker_url:
            raise SettingError(
                "REDIS_URL names a cluster, which cannot hold the queues: set BROKER_URL to a RabbitMQ server "
                "(docs/scaling.md), or REDIS_URL to a single server."
            )

    @property
    def queues_url(self) -> str:
        """The server that holds the queues: RabbitMQ (amqp:, amqps:) or Redis."""
        return self.broker_url or self.redis_url

    @property
    def translation_cache(self) -> int:
        """Bytes that Redis keeps of translations."""
        return self.translation_cache_mb * 1_000_000

    @property
    def audio_cache(self) -> int:
        """Bytes that Redis keeps of synthesised audio."""
        return self.audio_cache_mb * 1_000_000

    @property
    def stt_threads(self) -> int:
        """Half of `threads`: a recogniser's steps are so small that more threads mostly wait for each other.

        Figures: docs/measurements/segmenting.md.
        """
        return max(1, self.threads // 2)

    @property
    def stt_at_once(self) -> int:
        """Recognitions side by side, so that the last words of an utterance do not wait for an interim caption."""
        return max(1, self.threads // self.stt_threads)

    @property
    def models_dir(self) -> Path:
        """Where installed models lie, one folder a model."""
        return Path(env("MODELS_DIR", str(self.cache_dir / "models")))
