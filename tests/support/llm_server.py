"""An OpenAI-shaped chat endpoint on loopback with scripted answers, failures and delays."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

PATH: Final = "/v1/chat/completions"


@dataclass(frozen=True)
class Script:
    """What the server does with one request."""

    text: str | None = None
    """The model's reply."""
    finish: str = "stop"
    status: int = 200
    body: bytes | None = None
    """Sent instead of a completion."""
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    """Answer nothing until the client or the server goes away."""


@dataclass
class LlmServer:
    """Requests as they came; `answer` makes the script for each of them."""

    url: str
    """What LLM_URL is to be."""
    answer: Callable[[str], Script]
    """Takes the last turn, which is what was said."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    """The Authorization header of every request."""
    closing: threading.Event = field(default_factory=threading.Event)

    def says(self, text: str) -> None:
        """Reply so to everything from now on."""
        self.answer = lambda _said: Script(text)

    def does(self, script: Script) -> None:
        """Do so from now on."""
        self.answer = lambda _said: script


@contextmanager
def llm_server() -> Iterator[LlmServer]:
    """A running server that, until it is told otherwise, answers with an empty turn."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server = LlmServer(f"http://127.0.0.1:{http.server_address[1]}/v1", lambda _said: Script(""))
    http.RequestHandlerClass = _handler(server)
    serving = threading.Thread(target=http.serve_forever, args=(0.02,))
    serving.start()
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        serving.join()
        http.server_close()


def _handler(server: LlmServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != PATH:
                self._send(404, b"{}", {})
                return
            server.requests.append(request)
            server.keys.append(self.headers.get("Authorization"))
            script = server.answer(request["messages"][-1]["content"])
            if script.hang:
                server.closing.wait()
                return
            body = _completion(script) if script.body is None else script.body
            self._send(script.status, body, script.headers)

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test output clean."""

    return Handler


def _completion(script: Script) -> bytes:
    message = {"role": "assistant", "content": script.text}
    choice = {"index": 0, "message": message, "finish_reason": script.finish}
    return json.dumps({"id": "1", "object": "chat.completion", "created": 0, "choices": [choice]}).encode()
