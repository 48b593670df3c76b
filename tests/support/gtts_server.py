"""A server on loopback that answers as Google Translate's voices do, with espeak-ng's speech as MP3.

The real one cannot be reached from a test. This one reads the same requests, answers in the same format, and can be
told to refuse.
"""

from __future__ import annotations

import base64
import io
import json
import threading
import urllib.parse
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import numpy as np

from tasks.engines.tts import espeak_program

PATH = "/_/TranslateWebserverUi/data/batchexecute"


@dataclass
class GttsServer:
    """What was asked, and what is to be answered."""

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(language, text) of every request, refused ones included."""
    refusals: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    """Status, headers and body of the next answers; speech again when used up."""


@contextmanager
def gtts_server() -> Iterator[GttsServer]:
    """A running server."""
    state = GttsServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            language, text = _wanted(body)
            state.asked.append((language, text))
            status, headers, answer = (
                state.refusals.pop(0) if state.refusals else (200, {}, _answer(spoken_mp3(text, language)))
            )
            self.send_response(status if self.path == PATH else 404)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has upstream
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        state.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield state
        finally:
            server.shutdown()


def spoken_mp3(text: str, language: str) -> bytes:
    """`text` by espeak-ng as MP3 of 24 kHz, mono."""
    output = espeak_program.run(["--stdout"], text, espeak_program.VOICES[language][0])
    with wave.open(io.BytesIO(output)) as file:
        rate = file.getframerate()
    frame = av.AudioFrame.from_ndarray(np.frombuffer(output[44 : len(output) // 2 * 2], "<i2")[None], layout="mono")
    frame.rate = rate
    target = io.BytesIO()
    with av.open(target, "w", format="mp3") as container:
        stream = container.add_stream("mp3", rate=24_000, layout="mono")
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return target.getvalue()


def _wanted(body: str) -> tuple[str, str]:
    rpc = json.loads(urllib.parse.parse_qs(body.rstrip("&"))["f.req"][0])
    assert rpc[0][0][0] == "jQ1olc"
    text, language, *_ = json.loads(rpc[0][0][1])
    return language, text


def _answer(mp3: bytes) -> bytes:
    inner = json.dumps([base64.b64encode(mp3).decode()])
    chunk = json.dumps([["wrb.fr", "jQ1olc", inner, None, None, None, "generic"]], separators=(",", ":"))
    return f')]}}\'\n\n{len(chunk)}\n{chunk}\n25\n[["e",4,null,null,130]]\n'.encode()
