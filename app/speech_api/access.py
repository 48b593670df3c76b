"""Who calls, whether they may, and how much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litestar.connection import ASGIConnection

from app.auth.api_keys import ApiKeys, Holder
from app.auth.bearer import bearer
from app.auth.login_throttle import source
from app.limits.at_once import AtOnce
from app.limits.shared import Shared
from app.settings.speech_api import Limits
from app.speech_api import metrics
from app.speech_api.errors import ApiError

Connection = ASGIConnection[Any, Any, Any, Any]

WRONG_KEYS_A_MINUTE = 30
"""From one address: beyond it no key is looked up that has not been good before."""


class Access:
    """Admits callers. Session cookies mean nothing here, so that no page can make a browser call."""

    def __init__(self, keys: ApiKeys, limits: Limits, shared: Shared, at_once: AtOnce) -> None:
        self._keys = keys
        self._requests = shared.recent("api", limits.requests_a_minute)
        self._wrong = shared.recent("api-wrong", WRONG_KEYS_A_MINUTE)
        self._right: set[str] = set()
        """Keys that have been good before: whoever guesses behind the same router shuts nobody out who has one."""
        self._at_once = at_once
        self._limits = limits

    async def admit(self, connection: Connection, scope: str, presented: str = "") -> Holder:
        """The holder of the key in the `Authorization` header, or of `presented`; with the scope "" any key will do.

        Raises:
            ApiError: 401 for a missing, wrong or revoked key, 403 for one that is not good for `scope`, 429 for one
                that has asked too often.
        """
        address = source(connection.client.host) if connection.client else ""
        key = presented or bearer(connection)
        if key not in self._right and (wait := await self._wrong.full(address)):
            raise self._refused(429, "too_many_wrong_keys", "Too many wrong keys from this address.", wait)
        holder = await self._keys.holder(key)
        if holder is None:
            self._right.discard(key)
            await self._wrong.wait(address)
            what = "This key is unknown or revoked" if key else "A key is needed"
            message = f"{what}: send `Authorization: Bearer KEY`; `jbcalling keys create NAME` makes one."
            raise self._refused(401, "invalid_api_key", message)
        self._right.add(key)
        if wait := await self._requests.wait(holder.id):
            many = f"More than {self._limits.requests_a_minute} requests a minute: wait {wait:.0f} s, then go on."
            raise self._refused(429, "rate_limit_exceeded", many, wait)
        if scope and scope not in holder.scopes:
            message = f"This key is not good for {scope!r}: make one with `jbcalling keys create NAME --scope {scope}`."
            raise self._refused(403, "missing_scope", message)
        return holder

    @contextmanager
    def working(self, holder: Holder) -> Iterator[None]:
        """Counts one request at work for the length of the block.

        Raises:
            ApiError: 429, the key has too many at work already.
        """
        most = self._limits.at_once
        with self._at_once.one("api", holder.id, most) as room:
            if not room:
                raise self._refused(429, "too_many_at_once", f"{most} requests at once are the limit: wait for one.", 1)
            yield

    @staticmethod
    def _refused(status: int, code: str, message: str, wait: float | None = None) -> ApiError:
        metrics.REFUSED.labels(code).inc()
        return ApiError(status, code, message, retry_after=wait)
