"""Light people for measurements: they speak recordings over plain RTP, and a caller costs next to no CPU.

They come in by the door that recorded speakers of the demo use, so that the SFU, the tap, the road and the dubs are the
real ones; only WebRTC is left out, whose cost is the SFU's encryption for each listener. A listener is a tap on every
voice that they would hear, to a socket that nobody reads, or to an ear that keeps the dubs.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

import httpx
import msgspec
import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from app.auth.tokens import ParticipantMeta, bridge_token
from app.media.audio.framer import frames
from app.media.audio.opus import Pcm, resample
from app.media.audio.rtp import RTP_RATE
from app.media.bridge.sender import RtpSender, new_ssrc
from app.media.bridge.sfu_client import SfuClient, SfuError, SfuGoneError
from app.media.bridge.sfu_messages import InjectAnswer, Nothing, ProducerAdded, ProducerRemoved, TapAnswer
from app.media.policy.room import Dub
from ops.harness.ear import Ear
from ops.harness.recordings import RATE, by_language, recordings
from ops.harness.stack import Stack
from ops.harness.web_server import new_room, token_of

SPOKEN: Final = ("en", "pt")
"""Languages that callers take in turn: the pair that every machine can translate."""

TURN_GAP_SECONDS: Final = 0.4
"""Between one caller's recording and the next one's."""
MAX_RECORDING_SECONDS: Final = 14.0
"""Of a recording that is spoken."""
MOST_ROOMS: Final = 20
"""Rooms that are made until one is placed on a certain SFU."""


@cache
def voice(recording: str) -> Pcm:
    """A recording at 48 kHz."""
    pcm = np.frombuffer(recordings()[recording].pcm(), "<i2").astype(np.int16)
    return resample(pcm, RATE, RTP_RATE)


def sentences(language: str) -> list[str]:
    """Recordings that callers of a language speak, by id."""
    fit = (clip for clip in by_language(language) if clip.duration_s <= MAX_RECORDING_SECONDS)
    return [clip.id for clip in fit if clip.kind == "read_speech"]


def order(language: str, number: int, call: int = 0) -> list[str]:
    """What a caller speaks, by id, again and again: those of one language begin at different places, calls too.

    Calls that all say the same would end their sentences at the same moment, as people do not.
    """
    names = sentences(language)
    offset = (number // len(SPOKEN) * 3 + call * 5) % max(1, len(names))
    return names[offset:] + names[:offset]


def turns(people: int, call: int = 0) -> Iterator[str]:
    """The recordings of a call in the order in which they are spoken, for ever."""
    repertoires = [itertools.cycle(order(SPOKEN[n % len(SPOKEN)], n, call)) for n in range(people)]
    return (next(repertoire) for repertoire in itertools.cycle(repertoires))


class Seat(NamedTuple):
    """Who is to come."""

    language: str
    """That they speak, read and hear."""
    drafts: bool = False
    """Whether drafts are spoken to them, too."""
    ear: Ear | None = None
    """What keeps the dubs that they hear."""

    @property
    def hears(self) -> str:
        """What the dubs are called that they hear."""
        return Dub(self.language, drafts=self.drafts).label


@dataclass
class Caller:
    """Somebody who speaks, reads and hears one language."""

    name: str
    language: str
    producer: str
    sender: RtpSender
    repertoire: itertools.cycle[str]
    """Recordings by id, again and again."""

    async def say_next(self) -> str:
        """Speak the next recording to its end; which it was."""
        recording = next(self.repertoire)
        await self.say(voice(recording))
        return recording

    async def say(self, samples: Pcm) -> float:
        """Speak 48 kHz samples to their end; when that began, seconds since the epoch."""
        began = time.time()
        await self.sender.play(frames(samples, RTP_RATE))
        return began


@dataclass
class Call:
    """A room with somebody in it who only watches, and its callers."""

    code: str
    client: httpx.AsyncClient
    """Of who watches."""
    callers: list[Caller] = field(default_factory=list)
    notices: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What people are told now, by key."""
    told: list[tuple[float, str, dict[str, Any] | None]] = field(default_factory=list)
    """When what was told, from the first notice on."""

    async def take_turns(self, until: float, pause: float = TURN_GAP_SECONDS) -> None:
        """One after the other speaks, until a moment of the monotonic clock."""
        for caller in itertools.cycle(self.callers):
            if time.monotonic() > until:
                return
            await caller.say_next()
            await asyncio.sleep(pause)

    async def follow(self, watching: ClientConnection) -> None:
        """Keep up with the notices, for ever."""
        async for frame in watching:
            message = json.loads(frame)
            if message.get("event") == "notice":
                self.take(message["data"]["key"], message["data"]["payload"])

    def take(self, key: str, payload: dict[str, Any] | None) -> None:
        """One notice."""
        self.told.append((time.monotonic(), key, payload))
        if payload is None:
            self.notices.pop(key, None)
        else:
            self.notices[key] = payload


class Exchange:
    """Brings callers into rooms of one system. Use as an asynchronous context."""

    def __init__(self, stack: Stack) -> None:
        env = stack.env
        self._stack = stack
        url = f"ws://127.0.0.1:{env['SFU_PORT']}/ws"
        self._sfu = SfuClient(url, lambda: bridge_token(env["SFU_TOKEN_SECRET"], bridge="zz-callers"))
        self._running: asyncio.Task[None] | None = None
        self._events: asyncio.Task[None] | None = None
        self._sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._listeners: dict[str, list[tuple[str, Seat]]] = {}  # room → who listens
        self._taps: dict[str, list[str]] = {}  # producer → taps

    async def __aenter__(self) -> Exchange:
        self._sink.bind(("127.0.0.1", 0))
        self._running = asyncio.create_task(self._sfu.run())
        await self._sfu.events.get()
        self._events = asyncio.create_task(self._tap_everybody())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (self._running, self._events):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._sink.close()

    @asynccontextmanager
    async def call(self, people: int, number: int = 0, on: str = "") -> AsyncIterator[Call]:
        """A call of so many callers, who take the languages of `SPOKEN` in turn; over at the end.

        `number` tells calls that are held at once apart: each begins with recordings of its own. `on`: the address of
        this machine's SFU, where rooms are placed on several.
        """
        async with self.seated([Seat(SPOKEN[n % len(SPOKEN)]) for n in range(people)], number, on) as call:
            yield call

    @asynccontextmanager
    async def seated(self, seats: Sequence[Seat], number: int = 0, on: str = "") -> AsyncIterator[Call]:
        """The same of these callers."""
        own = seats[0].language
        async with AsyncExitStack() as leaving:
            client = await leaving.enter_async_context(httpx.AsyncClient(base_url=self._stack.url, timeout=30))
            code, token = await room_on(client, own, on)
            call = Call(code, client)
            watching = await leaving.enter_async_context(connect(token["url"]))
            await watching.send(json.dumps({"id": 1, "method": "hello", "data": {"token": token["token"]}}))
            for notice in json.loads(await watching.recv())["ok"]["notices"]:
                call.take(notice["key"], notice["payload"])
            following = asyncio.create_task(call.follow(watching))
            leaving.callback(following.cancel)
            for place, seat in enumerate(seats):
                call.callers.append(await self._join(call.code, seat, place, number))
            yield call
            for caller in call.callers:
                caller.sender.close()
                with suppress(SfuError, SfuGoneError):
                    participant = {"room": call.code, "participant": caller.name}
                    await self._sfu.request("removeParticipant", participant, Nothing)
            self._listeners.pop(call.code, None)

    async def _join(self, room: str, seat: Seat, number: int, call: int) -> Caller:
        name = f"caller-{room}-{number}"
        own = seat.language
        meta = ParticipantMeta(name=f"Caller {number}", speak=own, read=own, hear=own, hear_drafts=seat.drafts)
        participant = {"room": room, "participant": name}
        await self._sfu.request("addParticipant", {**participant, "meta": msgspec.to_builtins(meta)}, Nothing)
        self._listeners.setdefault(room, []).append((name, seat))
        ssrc = new_ssrc()
        data = {**participant, "track": "original", "label": None, "ssrc": ssrc}
        answer = await self._sfu.request("inject", data, InjectAnswer)
        repertoire = itertools.cycle(order(seat.language, number, call))
        return Caller(name, seat.language, answer.producer_id, RtpSender(answer.port, ssrc), repertoire)

    async def copy_voice(self, caller: Caller, port: int) -> None:
        """Send what a caller says, as everybody else gets it, to a UDP port of loopback, too."""
        await self._sfu.request("tap", {"producerId": caller.producer, "port": port}, TapAnswer)

    async def _tap_everybody(self) -> None:
        """Everybody hears everybody else, and the dubs into their language, as long as these last."""
        while True:
            event = await self._sfu.events.get()
            if isinstance(event, ProducerAdded) and event.kind == "audio":
                for name, seat in self._listeners.get(event.room, []):
                    if name != event.participant and event.label in (None, seat.hears):
                        await self._tap(event.producer_id, seat.ear if event.label else None)
            elif isinstance(event, ProducerRemoved):
                self._taps.pop(event.producer_id, None)

    async def _tap(self, producer: str, ear: Ear | None) -> None:
        with suppress(SfuError):  # it has gone again
            port = ear.port if ear else self._sink.getsockname()[1]
            answer = await self._sfu.request("tap", {"producerId": producer, "port": port}, TapAnswer)
            self._taps.setdefault(producer, []).append(answer.tap_id)
            if ear:
                ear.expect(answer)


async def room_on(client: httpx.AsyncClient, own: str, on: str) -> tuple[str, dict[str, Any]]:
    """A room that is placed on this SFU (anywhere: ""), and the token with which the watcher enters it.

    Raises:
        LookupError: none of so many is.
    """
    for _ in range(MOST_ROOMS):
        code = await new_room(client, name="Watcher", speak=own, read=own, hear="original")
        token = await token_of(client, code)
        if not on or token["url"] == on:
            return code, token
    raise LookupError(f"{MOST_ROOMS} rooms were made, and none of them is placed on {on}")
