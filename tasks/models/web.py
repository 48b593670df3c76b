"""Model files from the web: a hub in the usual layout, and the packages of Argos Translate."""

from __future__ import annotations

import functools
import os
import socket
import threading
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

import httpx

from tasks.models.download import Download
from tasks.models.spec import Errand, SourceError

HUB: Final = "https://huggingface.co"
"""Where model makers publish; MODEL_HUB names another address of the same layout, such as a mirror of one's own."""

ARGOS: Final = "https://argos-net.com/v1"
"""Where Argos Translate's package index says that its packages lie; ARGOS_PACKAGES names another address."""


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for, in seconds."""

    connect: float = 3.0
    read: float = 30.0
    pause: float = 1.0
    """Before a second try; each further one waits twice as long."""


@dataclass(frozen=True)
class HubSource:
    """Files at `{MODEL_HUB}/{repo}/resolve/{revision}/{path}`."""

    repo: str
    revision: str = "main"
    """A commit or tag where possible: "main" may change, which a recorded digest then refuses."""
    contents: Mapping[str, str] = field(default_factory=dict)
    """Model file → its path in the repository, where that is not its name."""
    patience: Patience = Patience()

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"hub {_base('MODEL_HUB', HUB)}/{self.repo}"

    def fetch(self, errand: Errand) -> None:
        """Download the wanted files; see `Source.fetch`."""
        base = f"{_base('MODEL_HUB', HUB)}/{self.repo}/resolve/{quote(self.revision)}"
        paths = {file.name: self.contents.get(file.name, file.name) for file in errand.wanted}
        _download(errand, base, paths, self.patience)


@dataclass(frozen=True)
class ArgosSource:
    """A package at `{ARGOS_PACKAGES}/{file}`."""

    patience: Patience = Patience()

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"Argos packages {_base('ARGOS_PACKAGES', ARGOS)}"

    def fetch(self, errand: Errand) -> None:
        """Download the wanted files; see `Source.fetch`."""
        names = {file.name: file.name for file in errand.wanted}
        _download(errand, _base("ARGOS_PACKAGES", ARGOS), names, self.patience)


def _base(variable: str, default: str) -> str:
    return (os.environ.get(variable) or default).rstrip("/")


def _download(errand: Errand, base: str, paths: Mapping[str, str], patience: Patience) -> None:
    _resolve(base, patience.connect)
    timeout = httpx.Timeout(patience.read, connect=patience.connect)
    with httpx.Client(timeout=timeout, follow_redirects=True, headers={"User-Agent": "jbcalling"}) as client:
        # Small ones first: what fails, fails before hours have gone into the weights, and only they are worth a part.
        for file in sorted(errand.wanted, key=lambda file: file.size):
            part = errand.partial / file.name.replace("/", "__")
            Download(
                client,
                url=f"{base}/{quote(paths[file.name])}",
                file=file,
                path=part,
                meter=functools.partial(errand.meter, f"{errand.model}: {file.name}"),
                pause=patience.pause,
            ).run()
            target = errand.into / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            part.replace(target)


def _resolve(base: str, seconds: float) -> None:
    """Look the host up first: a resolver that answers nothing holds a thread for as long as it likes.

    Raises:
        SourceError: `base` is no address, there is no such host, or nobody answers within `seconds`.
    """
    address = urlsplit(base)
    try:
        host, port = address.hostname or "", address.port
    except ValueError:
        host = ""
    if address.scheme not in {"http", "https"} or not host:
        raise SourceError(f"{base!r} is no web address: it must look like https://host or http://host:8000")
    if address.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        return  # the proxy looks it up
    failure: list[OSError] = []

    def look_up() -> None:
        try:
            socket.getaddrinfo(host, port or address.scheme, type=socket.SOCK_STREAM)
        except OSError as error:
            failure.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise SourceError(f"cannot be reached: no name server answers for {host}")
    if failure:
        raise SourceError(f"cannot be reached: {failure[0].strerror or failure[0]} ({host})")
