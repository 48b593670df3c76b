"""Keys for one purpose each, out of one secret of the installation."""

from __future__ import annotations

import hashlib


def derived(secret: str, purpose: str) -> bytes:
    """32 bytes that tell nothing about `secret` or about the key of another purpose (at most 16 ASCII characters)."""
    return hashlib.blake2b(secret.encode(), person=purpose.encode(), digest_size=32).digest()
