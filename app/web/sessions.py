"""Session cookies whose key can be exchanged: what the newest key does not open, an older one may."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from litestar.middleware.session.client_side import ClientSideSessionBackend, CookieBackendConfig
from litestar.types import Scope

from app.auth.derived import derived
from app.auth.keyset import KeySet

PURPOSE: Final = "jbc-session"


class KeyedSessionBackend(ClientSideSessionBackend):
    """Encrypts with the newest key, decrypts with every accepted one. Every response writes the cookie anew."""

    config: KeyedSessionConfig

    def dump_data(self, data: Any, scope: Scope | None = None) -> list[bytes]:  # noqa: ANN401 - a session is any JSON
        """The cookie's content, encrypted with the newest key."""
        self.aesgcm = AESGCM(derived(self.config.keys.newest, PURPOSE))
        return super().dump_data(data, scope)

    def load_data(self, data: list[bytes]) -> dict[str, Any]:
        """What the cookie holds.

        Raises:
            InvalidTag: no accepted key has encrypted it.
        """
        for key in self.config.keys.accepted:
            self.aesgcm = AESGCM(derived(key, PURPOSE))
            try:
                return super().load_data(data)
            except InvalidTag:
                continue
        raise InvalidTag


@dataclass
class KeyedSessionConfig(CookieBackendConfig):
    """Like its base, with keys instead of one secret."""

    _backend_class: type[ClientSideSessionBackend] = KeyedSessionBackend

    keys: KeySet = field(default_factory=lambda: KeySet(""))
