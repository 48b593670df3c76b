"""A model hub on loopback, in the layout of the real one, that can be told to behave badly."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """How one file is served. What is left out is served as it should be."""

    cut_after: list[int] = field(default_factory=list)
    """For each of the next answers, after how many bytes of it the connection is cut; then none is cut any more."""
    ranges: bool = True
    """Whether `Range` is honoured."""
    etag: bool = True
    """Whether a version is named."""
    length: bool = True
    """Whether the length is stated; without it the end of the connection is the end of the file."""
    stall: threading.Event | None = None
    """Answers stop after half of the file until this is set."""
    status: list[int] = field(default_factory=list)
    """Statuses of the next answers; then 200."""


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    range: str | None
    sent: int
    """Bytes of the answer that were sent."""
    headers: dict[str, str] = field(default_factory=dict, compare=False)


class Hub:
    """Serves `files` at `/{repo}/resolve/{revision}/{path}`, or at any path; remembers what was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.behaviour: dict[str, Behaviour] = {}
        self.asked: list[Asked] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))

    @property
    def url(self) -> str:
        """Its address, for MODEL_HUB."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def put(self, path: str, content: bytes, **behaviour: object) -> None:
        """Serve `content` at `path`, which begins with a slash."""
        self.files[path] = content
        self.behaviour[path] = Behaviour(**behaviour)  # type: ignore[arg-type]

    def ranges(self) -> list[str | None]:
        """The `Range` header of every request so far."""
        return [one.range for one in self.asked]


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            content = hub.files.get(self.path)
            if content is None:
                hub.asked.append(Asked(self.path, self.headers["Range"], 0, dict(self.headers)))
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            how = hub.behaviour[self.path]
            if how.status:
                hub.asked.append(Asked(self.path, self.headers["Range"], 0, dict(self.headers)))
                self.send_error(how.status.pop(0))
                return
            self._serve(content, how)

        def _serve(self, content: bytes, how: Behaviour) -> None:
            etag = f'"{hashlib.sha256(content).hexdigest()}"'
            start = self._start(content, etag, how)
            if start > len(content):
                hub.asked.append(Asked(self.path, self.headers["Range"], 0, dict(self.headers)))
                self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(HTTPStatus.PARTIAL_CONTENT if start else HTTPStatus.OK)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            if how.etag:
                self.send_header("ETag", etag)
            if how.length:
                self.send_header("Content-Length", str(len(content) - start))
            else:
                self.send_header("Connection", "close")
            self.end_headers()
            body = content[start:]
            cut = how.cut_after.pop(0) if how.cut_after else None
            body, whole = (body, True) if cut is None else (body[:cut], False)
            hub.asked.append(Asked(self.path, self.headers["Range"], len(body), dict(self.headers)))
            half = len(body) // 2 if how.stall else len(body)
            self.wfile.write(body[:half])
            if how.stall:
                self.wfile.flush()
                how.stall.wait(30)
                self.close_connection = True
                return
            if not whole or not how.length:
                self.close_connection = True

        def _start(self, content: bytes, etag: str, how: Behaviour) -> int:
            found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            same = self.headers.get("If-Range") in (None, etag)
            if not found or not how.ranges or not same:
                return 0
            start = int(found[1])
            return start if start < len(content) else len(content) + 1

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Tests have their own record."""

    return Handler


@contextmanager
def hub() -> Iterator[Hub]:
    """A hub that runs while the block does."""
    made = Hub()
    made.server.daemon_threads = True
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()
