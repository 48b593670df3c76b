"""Which endpoint the operator named, from the environment."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field

import httpx

from tasks.engines.base import EngineError
from tasks.wire.environment import env

_PATH = "/chat/completions"


@dataclass(frozen=True)
class EndpointSettings:
    """An OpenAI-shaped chat endpoint: LLM_URL, LLM_MODEL, LLM_API_KEY, LLM_TIMEOUT."""

    url: str
    """Base address, for instance http://127.0.0.1:11434/v1."""
    model: str
    api_key: str = field(default="", repr=False)
    """Sent as a bearer token; empty: none is sent."""
    timeout: float = 20.0
    """Seconds that one reply may take in all."""

    def __post_init__(self) -> None:
        if self._parts.scheme not in ("http", "https") or not self.host:
            raise EngineError("LLM_URL must be an address such as http://127.0.0.1:11434/v1")
        if self._parts.userinfo:
            raise EngineError("LLM_URL must hold no password: put the key into LLM_API_KEY")
        if not (self.api_key.isascii() and self.api_key.isprintable()):
            raise EngineError("LLM_API_KEY must be one line of ASCII characters")
        if not self.model:
            raise EngineError("LLM_URL is set without LLM_MODEL: name the model that the endpoint is to run")
        if not 0 < self.timeout <= 120:
            raise EngineError("LLM_TIMEOUT must be a number of seconds above 0 and up to 120")

    @property
    def completions(self) -> str:
        """Where requests go."""
        base = self.url.rstrip("/")
        return base if base.endswith(_PATH) else base + _PATH

    @property
    def host(self) -> str:
        """Host name or address."""
        return self._parts.host

    @property
    def leaves_machine(self) -> bool:
        """Whether what is said in calls is sent to another machine."""
        if self.host == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return True

    @property
    def _parts(self) -> httpx.URL:
        try:
            return httpx.URL(self.url)
        except httpx.InvalidURL as error:
            raise EngineError(f"LLM_URL is not an address: {error}") from error


def endpoint_settings() -> EndpointSettings | None:
    """The endpoint that the environment names, None when it names none.

    Raises:
        EngineError: it names one that cannot be used; the message says what to change.
    """
    url = env("LLM_URL", "")
    if not url:
        return None
    try:
        timeout = float(env("LLM_TIMEOUT", "20"))
    except ValueError as error:
        raise EngineError("LLM_TIMEOUT must be a number of seconds") from error
    return EndpointSettings(url, env("LLM_MODEL", ""), os.environ.get("LLM_API_KEY", "").strip(), timeout)
