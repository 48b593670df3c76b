"""Readers of one room's captions, as many as a measurement wants, and how long captions take to reach them."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from dataclasses import dataclass, field
from typing import Final

import httpx

from app.captions.feed_limits import MAX_FEEDS_PER_PARTICIPANT
from ops.harness.web_server import WebServer, csrf_of, join_form, new_room

EVENT_ID: Final = re.compile(rb"id: (\d+-\d+)(?:-[0-9a-f]{8})?\r?$")
MARK: Final = re.compile(rb"mark(\d+)")
"""In the text of an interim caption, which has no id."""


@dataclass
class Audience:
    """Readers of one room, and how long captions took to reach them."""

    port: int
    path: str
    published: dict[bytes, float] = field(default_factory=dict)
    """Stream id, or number of the mark in its text → when it was published, monotonic seconds."""
    lags: list[float] = field(default_factory=list)
    """Milliseconds, one for each final caption and reader."""
    growing_lags: list[float] = field(default_factory=list)
    """The same of interim captions: those that were sent; readers that are late are sent the newest only."""
    received: int = 0
    """Final captions."""
    ended: int = 0
    """Readers whose feed web has ended."""
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def open(self, cookie: str, *, reads: bool) -> None:
        """One more reader; one that does not read has a small window, as a phone in a tunnel has.

        Its packets have the size they have on a network: for loopback's, of 64 KiB, the kernel would keep megabytes.
        """
        raw = socket.socket()
        if not reads:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1_400)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", self.port))
        reader, writer = await asyncio.open_connection(sock=raw, limit=4096)
        request = (
            f"GET {self.path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n"
        )
        writer.write(request.encode())
        await reader.readuntil(b": captions")
        self.writers.append(writer)
        if reads:
            self.tasks.append(asyncio.create_task(self._read(reader)))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        rest, newest = b"", -1
        while data := await reader.read(65536):
            now = time.monotonic()
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                if found := EVENT_ID.match(line):
                    self.received += 1
                    if found[1] in self.published:
                        self.lags.append(1000 * (now - self.published[found[1]]))
                elif (found := MARK.search(line)) and int(found[1]) > newest:  # lines come with the text of before
                    newest = int(found[1])
                    self.growing_lags.append(1000 * (now - self.published[found[1]]))
        self.ended += 1

    async def close(self) -> None:
        """Everybody leaves."""
        for task in self.tasks:
            task.cancel()
        for writer in self.writers:
            writer.close()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def joined(web: WebServer, readers: int) -> tuple[str, list[str]]:
    """A room and the cookies of as many people as these feeds need; each comes from an address of its own."""
    cookies = []
    async with httpx.AsyncClient(base_url=web.url, timeout=30) as first:
        code = await new_room(first)
    for number in range(-(-readers // MAX_FEEDS_PER_PARTICIPANT)):
        address = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        async with httpx.AsyncClient(base_url=web.url, timeout=30, headers=address) as person:
            await person.get(f"/rooms/{code}")
            form = join_form(csrf_of(person), read="pt", speak="pt", hear="original")
            answer = await person.post(f"/rooms/{code}/join", data=form)
            if answer.status_code != 303:
                raise RuntimeError(f"nobody can join: {answer.text}")
            cookies.append("; ".join(f"{name}={value}" for name, value in person.cookies.items()))
    return code, cookies
