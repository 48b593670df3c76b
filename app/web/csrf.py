"""CSRF tokens whose key can be exchanged while pages are open."""

from __future__ import annotations

from typing import Final

from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware.csrf import CSRF_SECRET_LENGTH, CSRFMiddleware, generate_csrf_hash
from litestar.types import ASGIApp, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from app.auth.derived import derived
from app.auth.keyset import KeySet

PURPOSE: Final = "jbc-csrf"


class KeyedCSRFMiddleware(CSRFMiddleware):
    """Signs with the newest key, verifies with every accepted one.

    A cookie of an older key is signed anew and stays the same token, so that pages that hold it go on; one that no
    key has signed is as good as none.
    """

    def __init__(self, app: ASGIApp, config: CSRFConfig, keys: KeySet) -> None:
        super().__init__(app, config)
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Bring the cookie up to date, then do as any CSRF middleware does."""
        if scope["type"] == ScopeType.HTTP:
            self.config.secret = self._secret(self._keys.newest)
            cookies = ASGIConnection(scope).cookies
            before = cookies.get(self.config.cookie_name)
            now = before and self._renewed(before)
            if before != now:
                others = {name: value for name, value in cookies.items() if name != self.config.cookie_name}
                ScopeState.from_scope(scope).cookies = others | ({self.config.cookie_name: now} if now else {})
                if now:
                    send = self.create_send_wrapper(send, now, None)
        await super().__call__(scope, receive, send)

    def _renewed(self, token: str) -> str | None:
        plain = self._decode_csrf_token(token)
        return plain and plain + generate_csrf_hash(token=plain, secret=self.config.secret)

    def _decode_csrf_token(self, token: str) -> str | None:
        for key in self._keys.accepted:
            plain = token[:CSRF_SECRET_LENGTH]
            if plain + generate_csrf_hash(token=plain, secret=self._secret(key)) == token:
                return plain
        return None

    @staticmethod
    def _secret(key: str) -> str:
        return derived(key, PURPOSE).hex()
