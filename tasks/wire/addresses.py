"""Addresses put together and taken apart: IPv6 in brackets, passwords percent-encoded."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Final
from urllib.parse import quote, urlsplit

REDIS_FORM: Final = (
    "redis://:PASSWORD@HOST:PORT/0, or rediss:// or unix://, or redis+cluster:// or rediss+cluster:// of any node of a "
    "cluster, with what is special in a password percent-encoded: @ as %40, # as %23, / as %2F, % as %25, space as %20"
)
"""What REDIS_URL may be."""
_CLUSTER: Final = "+cluster"
CLUSTERS: Final = (f"redis{_CLUSTER}", f"rediss{_CLUSTER}")
"""How the URL of a Redis Cluster begins, which names any of its nodes."""
BROKER_FORM: Final = (
    "amqp://USER:PASSWORD@HOST:PORT/VHOST or amqps://, with what is special in a password percent-encoded: "
    "@ as %40, # as %23, / as %2F, % as %25, and a vhost called / as %2F"
)
"""What BROKER_URL may be."""
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,253}")
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "*": "127.0.0.1", "::": "::1"}  # noqa: S104 - of others, who said so
"""What stands for every address of a machine → how it is reached from itself."""


def authority(host: str, port: int) -> str:
    """HOST:PORT as it stands in a URL or a Host header, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def redis_url(host: str, port: int, password: str, user: str = "") -> str:
    """The URL of the first database of a Redis server; without a password where that is empty."""
    secret = f"{user}:{quote(password, safe='')}@" if password else ""
    return f"redis://{secret}{authority(host, port)}/0"


def checked_redis_url(url: str) -> str:
    """The URL, without the blanks around it.

    Raises:
        ValueError: it is none of a Redis server, or holds a password that breaks it in the wrong place.
    """
    url = one_line(url.strip())
    if (parts := urlsplit(url)).scheme == "unix" and parts.path:
        return url
    return _checked(url, "redis", "rediss", *CLUSTERS)


def checked_broker_url(url: str) -> str:
    """The URL, without the blanks around it.

    Raises:
        ValueError: it is none of a RabbitMQ server, or holds a password that breaks it in the wrong place.
    """
    checked = _checked(one_line(url.strip()), "amqp", "amqps")
    if urlsplit(checked).password is None:
        raise ValueError("no password")
    return checked


def _checked(url: str, *schemes: str) -> str:
    parts = urlsplit(url)
    astray = "@" in f"{parts.path}{parts.query}{parts.fragment}"
    if parts.scheme not in schemes or not parts.hostname or parts.port == 0 or astray:
        raise ValueError("no address of such a server")
    return url


def is_cluster(url: str) -> bool:
    """Whether it is the URL of a Redis Cluster."""
    return urlsplit(url).scheme in CLUSTERS


def of_a_node(url: str) -> str:
    """The URL of the node that the one of a cluster names."""
    return url.replace(_CLUSTER, "", 1)


def reachable(bound: str) -> str:
    """Where a server that listens on these addresses, with blanks between, is reached from its own machine."""
    words = [_ANYWHERE.get(word, word) for word in (word.removeprefix("-") for word in bound.split())]
    return "127.0.0.1" if "127.0.0.1" in words else words[0]


def checked_host(text: str) -> str:
    """The host name or address.

    Raises:
        ValueError: it is neither, for instance because a port or brackets stand with it.
    """
    if not _NAME.fullmatch(text) and ipaddress.IPv6Address(text).scope_id:
        raise ValueError("an address of one interface only")
    return text


def checked_bind(text: str) -> str:
    """The addresses, with one blank between.

    Raises:
        ValueError: Redis could not listen there: it takes addresses, `*`, and with `-` before it what may be missing.
    """
    for word in text.split():
        if word != "*":
            checked_host(word.removeprefix("-"))
    return " ".join(text.split())


def one_line(text: str) -> str:
    """The text.

    Raises:
        ValueError: it has an end of line in it, or a NUL.
    """
    if any(character in text for character in "\r\n\0"):
        raise ValueError("more than a line")
    return text


def listening(host: str, port: int) -> bool:
    """Whether something takes connections there; asks for at most a second."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
