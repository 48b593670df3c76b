"""Signed tokens that let whoever holds one read the captions of one room in one language, and nothing else."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import jwt

from app.auth.derived import derived
from app.auth.keyset import KeySet
from app.i18n import N_

AUDIENCE: Final = "jbcalling-captions"
MAX_LIFETIME: Final = timedelta(days=30)
"""Whoever needs a link for longer makes another one."""
PURPOSE: Final = "jbc-captions"
EXPIRED: Final = N_("This link has expired: ask somebody in the room for a new one.")
INVALID: Final = N_("This link is not valid: copy it again, whole, from the room's share page.")
ELSEWHERE: Final = N_("This link is for another room: copy it again from the room's share page.")


class ReadTokenError(Exception):
    """The token opens nothing here; the message says why, and what to do."""


@dataclass(frozen=True)
class ReadToken:
    """What a valid token says."""

    id: str
    """Random: it tells links apart, without saying who made them."""
    room: str
    language: str
    issued: float
    """Epoch seconds, as is `expires`."""
    expires: float


class ReadTokens:
    """Makes and reads them, with a key of their own."""

    def __init__(self, keys: KeySet) -> None:
        """`keys` are those of sessions: when an old one ends, every link made with it is void."""
        self._keys = keys

    def make(self, room: str, language: str, lifetime: timedelta, token_id: str = "") -> str:
        """A token for the captions of `room` in `language`, for `MAX_LIFETIME` at most; without an id it gets one."""
        now = time.time()
        claims = {
            "aud": AUDIENCE,
            "jti": token_id or secrets.token_urlsafe(6),
            "room": room,
            "lang": language,
            "iat": int(now),
            "exp": int(now + min(lifetime, MAX_LIFETIME).total_seconds()),
        }
        return jwt.encode(claims, derived(self._keys.newest, PURPOSE), algorithm="HS256")

    def read(self, token: str, room: str) -> ReadToken:
        """What `token` allows in `room`.

        Raises:
            ReadTokenError: it is forged, malformed, expired, or for another room.
        """
        try:
            claims = self._claims(token)
        except jwt.ExpiredSignatureError as error:
            raise ReadTokenError(EXPIRED) from error
        except jwt.InvalidTokenError as error:
            raise ReadTokenError(INVALID) from error
        if claims["room"] != room:
            raise ReadTokenError(ELSEWHERE)
        return ReadToken(claims["jti"], room, claims["lang"], float(claims["iat"]), float(claims["exp"]))

    def _claims(self, token: str) -> dict[str, Any]:
        required = ["aud", "exp", "iat", "jti", "room", "lang"]
        for key in self._keys.accepted:
            with suppress(jwt.InvalidSignatureError):
                return jwt.decode(
                    token,
                    derived(key, PURPOSE),
                    algorithms=["HS256"],
                    audience=AUDIENCE,
                    options={"require": required},
                )
        raise jwt.InvalidSignatureError("no accepted key has signed it")
