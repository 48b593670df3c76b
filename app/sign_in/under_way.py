"""Signing in by another service, from the moment a browser is sent there until it is back."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict
from typing import Any, Final

from app.limits.shared import Shared
from app.settings.oidc import OidcSettings
from app.sign_in.provider import Begun, Provider, UntrustedError

WITHIN: Final = 600.0
"""Seconds for signing in there."""
TRIES: Final = 120
"""Of one address within that time, going and coming back counted as one each: the teachers of a school share one."""


class StrangeError(Exception):
    """A browser comes back that has not been sent there, too late, or a second time."""


class SignIns:
    """Those that are under way. What a browser has to come back with is in its own encrypted session."""

    def __init__(self, settings: OidcSettings, shared: Shared) -> None:
        self.provider = Provider(settings)
        self.tries = shared.recent("sign-in", TRIES, WITHIN)
        self._back = shared.recent("signed-in", 1, WITHIN)

    async def begin(self, back: str, **kept: str) -> tuple[str, dict[str, Any]]:
        """Where to send a browser that comes back to `back`, and what its session is to keep, with `kept`.

        Raises:
            UnreachableError: the service cannot be asked.
        """
        begun = await self.provider.begin(back)
        return begun.url, asdict(begun) | {"url": "", "at": time.time(), "back": back} | kept

    async def finish(self, kept: object, state: str, code: str, issuer: str | None) -> dict[str, Any]:
        """The claims of whoever has come back with `state` and `code`, in a browser whose session has `kept`.

        Raises:
            StrangeError: it has not been sent there, or not just now, or has been back already.
            UnreachableError, UntrustedError: see `Provider.finish`.
        """
        if not isinstance(kept, dict) or not 0 <= time.time() - kept["at"] < WITHIN or not _same(state, kept["state"]):
            raise StrangeError
        if await self._back.wait(state):
            raise StrangeError
        if not code:
            raise UntrustedError("there is no code")
        begun = Begun("", kept["state"], kept["nonce"], kept["verifier"])
        return await self.provider.finish(begun, kept["back"], code, issuer)


def _same(one: str, other: str) -> bool:
    return bool(one) and secrets.compare_digest(one.encode(), other.encode())
