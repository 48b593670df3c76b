"""What an administrator may do: decided in one place, by method and address, before any handler runs."""

from __future__ import annotations

from typing import Final, Literal

Role = Literal["owner", "operator", "auditor"]

OF_OPERATORS: Final = ("rooms", "invitations", "pairs", "glossary")
"""Sections of the administration that an operator may change: rooms, and what is heard and said in them."""
OF_EVERYBODY: Final = ("logout", "account", "sessions")
"""What is one's own: the password, and one's sessions (`app.admin.login` refuses those of others)."""


def may(role: str, method: str, path: str) -> bool:
    """Whether somebody with this role may ask for that; what is not known here only an owner may."""
    if role == "owner":
        return True
    section = _section(path)
    if own(path):
        return True
    if method in ("GET", "HEAD"):
        return section != "administrators"
    return role == "operator" and section in OF_OPERATORS


def own(path: str) -> bool:
    """Whether an address is about nothing but whoever asks."""
    return _section(path) in OF_EVERYBODY


def _section(path: str) -> str:
    return path.removeprefix("/admin").strip("/").partition("/")[0]
