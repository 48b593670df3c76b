"""The credential in a request's `Authorization` header."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection


def bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """What follows `Bearer` in the `Authorization` header, "" where there is nothing."""
    scheme, _, key = connection.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
