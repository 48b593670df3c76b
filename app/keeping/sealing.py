"""What is kept of a call is sealed (AES-256-GCM) with a key of its own, which is sealed with KEEP_SECRET."""

from __future__ import annotations

import base64
import os
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from app.auth.derived import derived
from tasks.wire.kept import Cue

_NONCE: Final = 12
_KEY_BITS: Final = 256


class UnreadableError(RuntimeError):
    """What is kept cannot be opened: KEEP_SECRET is another one than that it was sealed with, or bytes have changed."""


class Notes(Struct, frozen=True, array_like=True):
    """What is known of some seconds of a track beside their sound."""

    peaks_from: int
    peaks: bytes
    cues: list[Cue]


class Seal:
    """Seals what belongs to one call, each piece bound to its place."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, data: bytes, place: str) -> bytes:
        """The sealed bytes."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, data, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """What was sealed for this place.

        Raises:
            UnreadableError: it cannot be opened.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
        except InvalidTag as error:
            raise UnreadableError("a piece of a kept call cannot be opened") from error


class Seals:
    """The seals of all calls."""

    def __init__(self, secret: str) -> None:
        """`secret`: KEEP_SECRET."""
        self._own = Seal(derived(secret, "jbc-kept"))

    def make(self, call: str) -> str:
        """The key of a new call as it is stored."""
        return base64.b64encode(self._own.close(AESGCM.generate_key(_KEY_BITS), call)).decode()

    def of(self, call: str, key: str) -> Seal:
        """What opens a call.

        Raises:
            UnreadableError: it was sealed with another secret.
        """
        return Seal(self._own.open(base64.b64decode(key), call))


def place(track: int, start: int, part: str) -> str:
    """Where in its call something belongs: a piece of a track, and what of it."""
    return f"{track}:{start}:{part}"


def pack_notes(notes: Notes) -> bytes:
    """The bytes of notes."""
    return msgspec.msgpack.encode(notes)


def unpack_notes(data: bytes) -> Notes:
    """The notes in `data`, which were sealed here."""
    return msgspec.msgpack.decode(data, type=Notes)
