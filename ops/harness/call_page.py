"""A web server with nothing but the call page of `call.html`: what the browser's script needs."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from playwright.async_api import Page

from app.auth.tokens import ParticipantMeta, participant_token
from app.rights import SPEAKER
from app.rooms.texts import TEXTS

ROOT: Final = Path(__file__).resolve().parents[2]
TEMPLATE: Final = Template(Path(__file__).with_name("call.html").read_text())
FILES: Final = {
    "/dist/call.js": ROOT / "static/dist/call.js",
    "/htmx.min.js": ROOT / "static/node_modules/htmx.org/dist/htmx.min.js",
    "/sse.min.js": ROOT / "static/node_modules/htmx-ext-sse/dist/sse.min.js",
}
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src data:",
        "connect-src 'self' ws:",
        "media-src 'self' blob:",
    )
)
"""At least as strict as the product's own: the script must live with it."""


async def until(page: Page, expression: str, within: float = 10.0, argument: object = None) -> Any:  # noqa: ANN401 - JSON
    """Wait until a JavaScript expression is true in the page; its value.

    Playwright's own `wait_for_function` evaluates strings in the page, which the page's policy forbids.

    Raises:
        TimeoutError: it did not become true within so many seconds.
    """
    deadline = time.monotonic() + within
    while not (value := await page.evaluate(expression, argument)):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not true within {within} s: {expression}")
        await asyncio.sleep(0.02)
    return value


@dataclass(frozen=True)
class Caption:
    """One server-sent event: a stream id, or None for an interim, and the HTML of one utterance."""

    id: int | None
    html: str


@dataclass
class CallPages:
    """Serves call pages for any number of participants, and their captions, until stopped."""

    secret: str
    sfu_url: str
    texts: dict[str, str] = field(default_factory=dict)
    port: int = 0
    ice_servers: list[dict[str, Any]] = field(default_factory=list)
    ice_policy: str = "all"
    refuse_tokens: bool = False
    """Answer 403 to whoever asks for a token."""
    captions: list[Caption] = field(default_factory=list)
    rendered: str = ""
    """Captions that are in the page when it is loaded, up to the id `after`."""
    after: int = 0
    feeds: list[dict[str, Any]] = field(default_factory=list)
    """The query and the Last-Event-ID of every caption feed opened so far."""
    csrf: str = field(default_factory=lambda: secrets.token_hex(8))
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _server: ThreadingHTTPServer | None = None
    _generation: int = 0

    def start(self) -> None:
        """Listen; the second time on the same port."""
        self._generation += 1
        self._server = _Server(("127.0.0.1", self.port), self._handler(self._generation))
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop listening and break off every open feed."""
        assert self._server is not None
        self._generation += 1
        with self._changed:
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._server = None

    def show(self, *captions: Caption) -> None:
        """Publish captions: those with an id are kept and repeated to feeds that ask from before them."""
        with self._changed:
            self.captions.extend(captions)
            self._changed.notify_all()

    async def feed_open(self, count: int) -> None:
        """Wait until so many feeds have been opened in all."""
        await asyncio.to_thread(self._wait_for_feeds, count)

    def _wait_for_feeds(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.feeds) >= count, timeout=10)

    def url(self, participant: str, **config: object) -> str:
        """The address of a participant's page; `config` is what `#call-config` says beside the defaults."""
        query = json.dumps({"participant": participant, "name": participant.capitalize(), **config})
        return f"http://127.0.0.1:{self.port}/call?{query}"

    def _handler(self, generation: int) -> type[BaseHTTPRequestHandler]:
        pages = self

        class Handler(_Handler):
            def alive(self) -> bool:
                return pages._generation == generation

        Handler.pages = pages
        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


class _Handler(BaseHTTPRequestHandler):
    pages: CallPages
    alive: Callable[[], bool]

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        """The page, its scripts, its captions."""
        address = urlsplit(self.path)
        if address.path == "/call":
            self._page(json.loads(unquote(address.query)))
        elif address.path == "/captions":
            self._feed(address.query)
        elif address.path in FILES:
            self._answer(200, "text/javascript", FILES[address.path].read_bytes())
        else:
            self._answer(200, "text/html", b"<!doctype html><title>Left</title>")

    def do_POST(self) -> None:
        """A token, for those who send the page's CSRF token."""
        if self.headers["x-csrftoken"] != self.pages.csrf or self.pages.refuse_tokens:
            self._answer(403, "application/json", b"{}")
            return
        config = json.loads(unquote(urlsplit(self.path).query))
        meta = ParticipantMeta(**{key: config[key] for key in ("name", "speak", "read", "hear")})
        token = participant_token(
            self.pages.secret,
            room=config["room"],
            participant=config["participant"],
            meta=meta,
            rights=[*SPEAKER, *config.get("rights", [])],
        )
        answer = {
            "token": token,
            "url": self.pages.sfu_url,
            "ice_servers": self.pages.ice_servers,
            "ice_policy": self.pages.ice_policy,
        }
        self._answer(200, "application/json", json.dumps(answer).encode())

    def _page(self, changes: dict[str, Any]) -> None:
        config = {"room": "r1", "speak": "en", "read": "en", "hear": "en", "reader": False, "demo": False} | changes
        config |= {"tokenUrl": f"/token?{json.dumps(config)}", "texts": TEXTS | self.pages.texts}
        html = TEMPLATE.substitute(
            lang=changes.get("lang", "en"),
            csrf=self.pages.csrf,
            after=self.pages.after,
            captions=self.pages.rendered,
            config=json.dumps(config).replace("<", "\\u003c"),
        )
        self._answer(200, "text/html; charset=utf-8", html.encode())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def _feed(self, query: str) -> None:
        pages = self.pages
        asked = {name: values[-1] for name, values in parse_qs(query).items()}
        after = int(self.headers["Last-Event-ID"] or asked["after"])
        with pages._changed:
            pages.feeds.append({**asked, "last_event_id": self.headers["Last-Event-ID"]})
            pages._changed.notify_all()
            sent = len(pages.captions)
            waiting = [caption for caption in pages.captions if caption.id is not None and caption.id > after]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while self.alive():
            for caption in waiting:
                identifier = f"id: {caption.id}\n" if caption.id is not None else ""
                data = "".join(f"data: {line}\n" for line in caption.html.splitlines())
                self.wfile.write(f"{identifier}event: caption\n{data}\n".encode())
            with pages._changed:
                while len(pages.captions) == sent and self.alive():
                    pages._changed.wait()
                waiting, sent = pages.captions[sent:], len(pages.captions)
