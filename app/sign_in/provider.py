"""Signing in by another service: OpenID Connect, code flow with PKCE.

What the service says is believed only as an ID token that it has signed for us (RS, PS, ES or EdDSA: never `none`,
never with a secret that we hold too), for this browser (state, nonce) and for now.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.settings.oidc import OidcSettings, trusted_address

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
SCOPE: Final = "openid email profile"
LEEWAY: Final = 60
"""Seconds that the service's clock may differ from ours."""
TIMEOUT: Final = 8.0
"""Seconds for one question to the service."""
KNOWN_FOR: Final = 3_600.0
"""Seconds for which its description and its keys are believed without looking again."""
KEYS_AGAIN: Final = 60.0
"""Seconds between looks for a key that was not among them: it may have been exchanged."""
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")

log = structlog.get_logger(__name__)


class UnreachableError(Exception):
    """The service does not answer, or not as one."""


class UntrustedError(Exception):
    """What came back is not what the service has signed for this browser; the message says why, for the log."""


@dataclass(frozen=True)
class Begun:
    """What this browser has to come back with, or is asked for."""

    url: str
    """Of the service, where somebody signs in."""
    state: str
    nonce: str
    verifier: str


@dataclass
class _Known:
    """What the service has said of itself."""

    described: dict[str, Any]
    keys: KeySet
    at: float = field(default_factory=time.monotonic)


class Provider:
    """The service that people sign in by."""

    def __init__(self, settings: OidcSettings) -> None:
        self.settings = settings
        self._known: _Known | None = None
        self._away = -math.inf  # when it was last found not to answer
        self._looking = asyncio.Lock()

    async def begin(self, back: str) -> Begun:
        """Where to send a browser that is to come back to the address `back`.

        Raises:
            UnreachableError: the service cannot be asked.
        """
        known = await self._look()
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        async with self._client(back) as client:
            url, state = client.create_authorization_url(
                known.described["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        return Begun(url, state, nonce, verifier)

    async def finish(self, begun: Begun, back: str, code: str, issuer: str | None) -> dict[str, Any]:
        """The claims of whoever has come back to `back` with `code`, and with `issuer` where the service named itself.

        Raises:
            UnreachableError: the service cannot be asked.
            UntrustedError: it is not what the service has signed for this browser.
        """
        known = await self._look()
        names_itself = known.described.get("authorization_response_iss_parameter_supported") is True
        if issuer != self.settings.issuer and (issuer is not None or names_itself):
            raise UntrustedError("it comes from another issuer")
        try:
            async with asyncio.timeout(TIMEOUT), self._client(back, known.described) as client:
                answer = await client.fetch_token(
                    known.described["token_endpoint"], code=code, code_verifier=begun.verifier
                )
        except AuthlibBaseError as error:
            raise UntrustedError(f"the service does not take the code: {error.error}") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            raise UnreachableError(type(error).__name__) from error
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise UntrustedError("there is no ID token")
        return await self._claims(known, token, begun.nonce)

    def sign_out_address(self) -> str:
        """Where somebody signs out of the service, too; empty where it has said of no such place yet."""
        url = self._known.described.get("end_session_endpoint", "") if self._known else ""
        return url if isinstance(url, str) and trusted_address(url) else ""

    async def _claims(self, known: _Known, token: str, nonce: str) -> dict[str, Any]:
        try:
            try:
                read = jwt.decode(token, known.keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                if time.monotonic() - known.at < KEYS_AGAIN:
                    raise
                known = await self._look(again=known)
                read = jwt.decode(token, known.keys, algorithms=ALGORITHMS)
            us = {"essential": True, "value": self.settings.client_id}
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY,
                iss={"essential": True, "value": self.settings.issuer},
                aud=us,  # type: ignore[arg-type]  # mypy reads a dict of objects
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(read.claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise UntrustedError(f"{type(error).__name__}: {str(error)[:200]}") from error
        audience, party = read.claims["aud"], read.claims.get("azp")
        shared = isinstance(audience, list) and len(audience) > 1
        if party != self.settings.client_id and (party is not None or shared):
            raise UntrustedError("it was made for another client")
        return dict(read.claims)

    async def _look(self, again: _Known | None = None) -> _Known:
        """What the service says of itself; `again`: that is too old."""
        came = time.monotonic()
        async with self._looking:
            known = self._known
            if known and known is not again and time.monotonic() - known.at < KNOWN_FOR:
                return known
            if self._away >= came:  # whoever stood before us has waited long enough for everybody
                raise UnreachableError("it has just not answered")
            try:
                async with asyncio.timeout(TIMEOUT), self._client("") as client:
                    described = await _json(
                        client, f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
                    )
                    if described.get("issuer") != self.settings.issuer:
                        raise ValueError(f"it calls itself {str(described.get('issuer'))[:200]!r}")
                    for name in _ENDPOINTS:
                        if not trusted_address(str(described.get(name, ""))):
                            raise ValueError(f"its {name} is missing, or not https:")
                    keys = KeySet.import_key_set(await _json(client, described["jwks_uri"]))  # type: ignore[arg-type]
            except (
                httpx2.HTTPError,
                httpx2.InvalidURL,
                JoseError,
                OSError,
                ValueError,
                TypeError,
                KeyError,
            ) as error:
                self._away = time.monotonic()
                log.warning(
                    "web.sign_in_service", issuer=self.settings.issuer, error=type(error).__name__, said=str(error)
                )
                raise UnreachableError(type(error).__name__) from error
            self._known = _Known(described, keys)
            return self._known

    def _client(self, back: str, described: dict[str, Any] | None = None) -> AsyncOAuth2Client:
        settings = self.settings
        ways = (described or {}).get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        by_post = "client_secret_basic" not in ways and "client_secret_post" in ways
        secret_goes = "client_secret_post" if by_post else "client_secret_basic"
        return AsyncOAuth2Client(
            client_id=settings.client_id,
            client_secret=settings.client_secret or None,
            token_endpoint_auth_method=secret_goes if settings.client_secret else "none",
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=TIMEOUT,
            follow_redirects=False,
        )


async def _json(client: AsyncOAuth2Client, url: str) -> dict[str, Any]:
    answer = await client.request("GET", url, withhold_token=True)
    answer.raise_for_status()
    said = answer.json()
    if not isinstance(said, dict):
        raise TypeError("it answers with no object")
    return said
