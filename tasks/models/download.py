"""One file from one web address, resumed where it was cut, in this run or a later one.

What has arrived lies in `<name>.part`; `<name>.part.json` says which address and which version (ETag) it is a part of.
The server is asked for the rest of that version (`Range`, `If-Range`); one that ignores the question sends everything
and is taken from the start.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx
import msgspec

from tasks.models.spec import ModelFile, SourceError

ATTEMPTS: Final = 4
"""Connections tried for one file before it is left for the next run."""

_SAYS: Final[dict[int, str]] = {
    HTTPStatus.UNAUTHORIZED: "it is not public there",
    HTTPStatus.FORBIDDEN: "it is not public there",
    HTTPStatus.NOT_FOUND: "there is no such file there",
    HTTPStatus.GONE: "there is no such file there any more",
    HTTPStatus.TOO_MANY_REQUESTS: "it asks us to come back later",
}


class _CutError(Exception):
    """The connection ended early, or the server is in trouble: worth another try."""


class _Part(msgspec.Struct):
    """What a partial file is a part of."""

    url: str
    etag: str | None


@dataclass
class Download:
    """The download of `file` from `url` into `path`, whose folder keeps the unfinished part."""

    client: httpx.Client
    url: str
    file: ModelFile
    path: Path
    meter: Callable[[int, int], None]
    """Takes bytes so far and bytes in all, 0 where that is unknown."""
    pause: float
    """Seconds before the second try; each further one waits twice as long."""

    @property
    def _part(self) -> Path:
        return self.path.with_name(f"{self.path.name}.part")

    @property
    def _note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.part.json")

    def run(self) -> None:
        """Bring the whole file to `path`.

        Raises:
            SourceError: it cannot be had; what has arrived is kept for the next run where that can help.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._fetch_all()
        if self._resumed and self.file.sha256 and self._digest() != self.file.sha256:
            # The parts were not of one version. This can only be seen now; once more, from the start.
            self._forget()
            self._fetch_all()
        self._part.replace(self.path)
        self._note.unlink(missing_ok=True)

    def _fetch_all(self) -> None:
        self._resumed = False
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(self.pause * 2 ** (attempt - 1))
            try:
                self._fetch()
            except _CutError as error:
                reason = str(error)
            else:
                return
        raise SourceError(f"{self.file.name}: {reason}, {ATTEMPTS} times. What was downloaded is kept: try again later")

    def _fetch(self) -> None:
        have, etag = self._have()
        headers = {"Accept-Encoding": "identity"}  # a compressed body has neither ranges nor the length of the file
        if have:
            headers["Range"] = f"bytes={have}-"
            if etag:
                headers["If-Range"] = etag
        try:
            with self.client.stream("GET", self.url, headers=headers) as response:
                self._check(response, have)
                if response.status_code == HTTPStatus.PARTIAL_CONTENT:
                    self._resumed = True
                    self._receive(response, have)
                elif response.status_code == HTTPStatus.OK:
                    self._resumed = False
                    self._note.write_bytes(msgspec.json.encode(_Part(self.url, _strong(response.headers.get("etag")))))
                    self._receive(response, 0)
        except httpx.ConnectError as error:
            raise SourceError(f"cannot be reached: {error}") from error
        except httpx.ConnectTimeout as error:
            raise SourceError("cannot be reached: it does not answer") from error
        except httpx.ReadTimeout as error:
            raise _CutError("it stopped sending") from error
        except (httpx.TransportError, httpx.StreamError) as error:
            raise _CutError(f"the connection was cut ({error})") from error
        except httpx.HTTPError as error:
            raise SourceError(f"{self.file.name}: {error}") from error

    def _have(self) -> tuple[int, str | None]:
        """Bytes that can be built on, and the version they belong to."""
        try:
            note = msgspec.json.decode(self._note.read_bytes(), type=_Part)
            have = self._part.stat().st_size
        except (OSError, msgspec.DecodeError):
            return self._forget(), None
        # Without a version, only a digest can tell that two parts do not belong together.
        if note.url != self.url or not (note.etag or self.file.sha256) or have > self.file.limit:
            return self._forget(), None
        return have, note.etag

    def _forget(self) -> int:
        self._part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
        return 0

    def _check(self, response: httpx.Response, have: int) -> None:
        status = response.status_code
        if self.url.startswith("https:") and response.url.scheme != "https":
            raise SourceError(f"{self.file.name}: refused, it was redirected to an address without encryption")
        if status == HTTPStatus.PARTIAL_CONTENT:
            found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("content-range", ""))
            if not found or int(found[1]) != have:
                self._forget()
                raise _CutError("it sent a different part from the one requested")
        elif status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            if response.headers.get("content-range") == f"bytes */{have}":
                self._resumed = True
                return  # the run before was stopped after the last byte
            self._forget()
            raise _CutError("the partial download does not belong to the file it has now")
        elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _CutError(f"it answered {status}")
        elif status != HTTPStatus.OK:
            raise SourceError(f"{self.file.name}: it answered {status}, {_SAYS.get(status, 'unexpectedly')}")

    def _receive(self, response: httpx.Response, have: int) -> None:
        length = response.headers.get("content-length")
        if length is None and response.headers.get("transfer-encoding") is None and not self.file.sha256:
            raise SourceError(f"{self.file.name}: it does not say how long the file is, so a cut would go unnoticed")
        total = have + int(length or 0) if length else 0
        if total > self.file.limit:
            raise SourceError(f"{self.file.name}: refused, it has {total} bytes where at most {self.file.limit} may be")
        with self._part.open("r+b" if have else "wb") as part:
            part.seek(have)
            part.truncate()
            for block in response.iter_raw():  # with a block size, what came last before a cut would be lost
                have += len(block)
                if have > self.file.limit:
                    self._forget()
                    raise SourceError(f"{self.file.name}: refused, it has more than {self.file.limit} bytes")
                part.write(block)
                self.meter(have, total)

    def _digest(self) -> str:
        with self._part.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()


def _strong(etag: str | None) -> str | None:
    """An ETag that names bytes; a weak one names only what they mean, and `If-Range` must not carry it."""
    return etag if etag and etag.startswith('"') else None
