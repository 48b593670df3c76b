"""Signing in by another service (OpenID Connect), and who becomes what by it."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from tasks.wire.addresses import one_line
from tasks.wire.environment import Setting, SettingError

ROLES: Final = ("owner", "operator", "auditor", "host")
"""The strongest first: of several that somebody has been given the first counts."""
ANYBODY: Final = "*"


@dataclass(frozen=True)
class Rule:
    """Whoever has this value in this claim has this role."""

    role: str
    claim: str
    value: str

    def fits(self, claims: Mapping[str, Any]) -> bool:
        """Whether it says so of whoever has these claims. An address counts only where it has been verified."""
        if self.value == ANYBODY:
            return True
        if self.claim == "email":
            address = str(claims.get("email", "")).casefold()
            right = address.endswith(self.value) if self.value.startswith("@") else address == self.value
            return right and claims.get("email_verified") is True
        held = _held(claims, self.claim)
        return self.value in (held if isinstance(held, list) else [held])


def _held(claims: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - claims are any JSON
    """What a claim holds; `realm_access.roles` is `roles` within `realm_access`."""
    if name in claims:
        return claims[name]
    outer, _, inner = name.partition(".")
    within = claims.get(outer)
    return _held(within, inner) if inner and isinstance(within, dict) else None


def _rules(text: str) -> tuple[Rule, ...]:
    return tuple(_rule(part.strip()) for part in text.split(",") if part.strip())


def _rule(text: str) -> Rule:
    role, _, whom = (part.strip() for part in text.partition("="))
    if role not in ROLES or not whom:
        raise ValueError(text)
    if whom == ANYBODY:
        if role != "host":
            raise ValueError(text)  # nobody gives the administration away to everybody who has an account somewhere
        return Rule(role, "", ANYBODY)
    if ":" in whom:
        claim, _, value = whom.rpartition(":")
        if not claim or not value or claim == "email":
            raise ValueError(text)
        return Rule(role, claim, value)
    if "." not in whom.partition("@")[2]:
        raise ValueError(text)
    return Rule(role, "email", whom.casefold())


def trusted_address(url: str) -> bool:
    """Whether what is sent there is read by nobody on the way: over TLS, or within this machine."""
    try:
        parts = urlsplit(url)
        if parts.port == 0:
            return False
        if parts.scheme == "https":
            return bool(parts.hostname)
        if parts.scheme != "http" or parts.hostname == "localhost":
            return parts.scheme == "http"
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _issuer(text: str) -> str:
    parts = urlsplit(text)
    if not trusted_address(text) or parts.query or parts.fragment or parts.username or " " in text:
        raise ValueError(text)
    return text


def _no_client() -> str:
    if os.environ.get("OIDC_ISSUER"):
        raise SettingError("OIDC_CLIENT_ID is missing: the sign-in service gives it to you when you register this one.")
    return ""


@dataclass(frozen=True)
class OidcSettings:
    """Where people sign in, and as what they come from there."""

    issuer: str = field(
        default_factory=Setting(
            "OIDC_ISSUER",
            str,
            _issuer,
            "an issuer's address as https://login.example.org/realm, exactly as it calls itself",
        )
    )
    """OIDC_ISSUER: the service; empty: nobody signs in by one."""
    client_id: str = field(default_factory=Setting("OIDC_CLIENT_ID", _no_client, str, "some text"))
    """OIDC_CLIENT_ID: what the service calls this installation."""
    client_secret: str = field(
        default_factory=Setting("OIDC_CLIENT_SECRET", str, one_line, "one line of text", secret=True), repr=False
    )
    """OIDC_CLIENT_SECRET: from the service; empty for a client that is public there."""
    rules: tuple[Rule, ...] = field(
        default_factory=Setting(
            "OIDC_ROLES",
            tuple[Rule, ...],
            _rules,
            "roles with commas between, as owner=ada@example.org, operator=groups:calls, host=@example.org or host=*",
        )
    )
    """OIDC_ROLES: who comes in as what."""

    @property
    def host(self) -> str:
        """What people are told of the service: its host name; empty where there is none."""
        return urlsplit(self.issuer).hostname or ""

    def role_of(self, claims: Mapping[str, Any]) -> str:
        """The strongest role of whoever has these claims; empty where they have none."""
        theirs = {rule.role for rule in self.rules if rule.fits(claims)}
        return next((role for role in ROLES if role in theirs), "")
