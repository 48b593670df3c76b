"""A form is looked at when all of it has come, and not before."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from litestar.exceptions import HTTPException
from litestar.types import HTTPReceiveMessage, Receive, Scope, Send

from app.web import whole
from app.web.security import FOR_PROGRAMS, MAX_BODY
from app.web.whole import WholeFormsMiddleware

pytestmark = pytest.mark.unit


class Sender:
    """Sends a body piece by piece, and notes what had been sent when the application was asked."""

    def __init__(self, method: str = "POST", opt: dict[str, bool] | None = None) -> None:
        self.scope = cast("Scope", {"type": "http", "method": method, "route_handler": SimpleNamespace(opt=opt or {})})
        self.pieces: asyncio.Queue[HTTPReceiveMessage] = asyncio.Queue()
        self.asked = asyncio.Event()
        self.body = b""

    def send(self, body: bytes, *, more: bool) -> None:
        self.pieces.put_nowait({"type": "http.request", "body": body, "more_body": more})

    async def application(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        self.asked.set()
        more = True
        while more:
            message: Any = await receive()
            self.body += message["body"]
            more = message["more_body"]

    def run(self) -> asyncio.Task[None]:
        async def nothing(_message: object) -> None: ...

        middleware = WholeFormsMiddleware(self.application)
        return asyncio.create_task(middleware(self.scope, self.pieces.get, nothing))


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_holds_the_last_byte_back_is_asked_who_they_are_when_it_comes() -> None:
    sender = Sender()
    running = sender.run()
    sender.send(b"name=Ev", more=True)
    await settled()
    assert not sender.asked.is_set()
    sender.send(b"e", more=False)
    await running
    assert sender.body == b"name=Eve"


async def test_what_is_no_form_passes_on_as_it_comes() -> None:
    for sender in (Sender("GET"), Sender(opt={FOR_PROGRAMS: True})):
        running = sender.run()
        sender.send(b"a", more=True)
        await settled()
        assert sender.asked.is_set()
        sender.send(b"b", more=False)
        await running
        assert sender.body == b"ab"


async def test_what_is_too_large_is_not_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = Sender()
    running = sender.run()
    sender.send(bytes(MAX_BODY + 1), more=True)
    await settled()
    assert sender.asked.is_set()
    sender.send(b"", more=False)
    await running
    monkeypatch.setattr(whole, "MAX_SECONDS", 0.01)
    late = Sender()
    late.send(b"name=", more=True)
    with pytest.raises(HTTPException) as refused:
        await late.run()
    assert refused.value.status_code == 408
    assert not late.asked.is_set()
