"""Model files from the web: a hub in the usual layout, and the packages of Argos Translate."""

from __future__ import annotations

import functools
import os
import socket
import threading
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import quote, urlsplit

import httpx
import msgspec
from msgspec import Meta

from tasks.models.download import Download
from tasks.models.sources import Unlisted
from tasks.models.spec import Errand, ModelFile, SourceError

HUB: Final = "https://huggingface.co"
"""Where model makers publish; MODEL_HUB names another address of the same layout, such as a mirror of one's own."""

ARGOS: Final = "https://argos-net.com/v1"
"""Where Argos Translate's package index says that its packages lie; ARGOS_PACKAGES names another address."""

MAX_LIST_BYTES: Final = 1 << 20
"""Bytes of a hub's list of one folder."""


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for, in seconds."""

    connect: float = 3.0
    read: float = 30.0
    pause: float = 1.0
    """Before a second try; each further one waits twice as long."""


class _Lfs(msgspec.Struct):
    """Where a large file is kept: its name there is its digest."""

    oid: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class _Entry(msgspec.Struct):
    """One entry of the hub's list of a folder."""

    type: str
    path: str
    size: Annotated[int, Meta(ge=0)] = 0
    lfs: _Lfs | None = None


@dataclass(frozen=True)
class HubSource:
    """Files at `{MODEL_HUB}/{repo}/resolve/{revision}/{path}`."""

    repo: str
    revision: str = "main"
    """A commit or tag where possible: "main" may change, which a recorded digest then refuses."""
    contents: Mapping[str, str] = field(default_factory=dict)
    """Model file → its path in the repository, where that is not its name."""
    patience: Patience = Patience()
    folder: str = ""
    """Where in the repository the model lies; empty: at its top."""

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"hub {_base('MODEL_HUB', HUB)}/{self.repo}"

    @property
    def _folder(self) -> str:
        return f"/{quote(self.folder)}" if self.folder else ""

    def listing(self, model: str) -> list[ModelFile]:  # noqa: ARG002 - a repository has one model in a folder
        """What the hub says that it has, of large files with their digests; see `Source.listing`."""
        base = _base("MODEL_HUB", HUB)
        url = f"{base}/api/models/{self.repo}/tree/{quote(self.revision)}{self._folder}"
        resolve(base, self.patience.connect)
        try:
            with client_of(self.patience) as client:
                entries = msgspec.json.decode(small(client, url), type=list[_Entry])
        except httpx.HTTPError as error:
            raise SourceError(f"cannot list its files: {error}") from error
        except msgspec.DecodeError as error:
            raise SourceError(f"its list of files is not understood: {error}") from error
        return [
            ModelFile(entry.path.rpartition("/")[2], entry.lfs.oid if entry.lfs else None, entry.size)
            for entry in entries
            if entry.type == "file"
        ]

    def fetch(self, errand: Errand) -> None:
        """Download the wanted files; see `Source.fetch`."""
        base = f"{_base('MODEL_HUB', HUB)}/{self.repo}/resolve/{quote(self.revision)}{self._folder}"
        paths = {file.name: self.contents.get(file.name, file.name) for file in errand.wanted}
        _download(errand, base, paths, self.patience)


@dataclass(frozen=True)
class ArgosSource(Unlisted):
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


def client_of(patience: Patience) -> httpx.Client:
    """A client that waits no longer than this."""
    timeout = httpx.Timeout(patience.read, connect=patience.connect)
    return httpx.Client(timeout=timeout, follow_redirects=True, headers={"User-Agent": "jbcalling"})


def small(client: httpx.Client, url: str, limit: int = MAX_LIST_BYTES) -> bytes:
    """A short answer.

    Raises:
        SourceError: it has more bytes than `limit`.
        httpx.HTTPError: there is none.
    """
    with client.stream("GET", url) as response:
        response.raise_for_status()
        content = bytearray()
        for block in response.iter_bytes():
            content += block
            if len(content) > limit:
                raise SourceError(f"sends a list of more than {limit} bytes")
        return bytes(content)


def _download(errand: Errand, base: str, paths: Mapping[str, str], patience: Patience) -> None:
    resolve(base, patience.connect)
    with client_of(patience) as client:
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


def resolve(base: str, seconds: float) -> None:
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
        raise SourceError(f"{base!r} is not a web address: it must look like https://host or http://host:8000")
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
