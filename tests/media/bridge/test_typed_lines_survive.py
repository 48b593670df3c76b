"""What was typed is shown once and in order although the bridge that had it was killed: real SFU, Redis and bridges."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import Any

import redis.asyncio as aioredis
from websockets.asyncio.client import ClientConnection, connect

from app.auth.tokens import ParticipantMeta, participant_token
from app.rights import SPEAKER
from ops.harness.redis_server import redis_server
from ops.harness.sfu import Sfu
from ops.harness.waiting import until
from tasks.wire import keys
from tasks.wire.messages import Caption, decode
from tests.support.bridge_process import BridgeProcess


async def ask(socket: ClientConnection, method: str, **data: object) -> dict[str, Any]:
    """What the SFU answers."""
    await socket.send(json.dumps({"id": 1, "method": method, "data": data}))
    while "event" in (answer := json.loads(await socket.recv())):
        pass
    found: dict[str, Any] = answer
    return found


async def test_lines_of_a_bridge_that_is_killed_are_shown_once_each_and_in_their_order() -> None:
    sfu = Sfu()
    await asyncio.to_thread(sfu.start)
    try:
        with redis_server() as server:
            bridge = (server.url, sfu.port, sfu.secret)
            store = aioredis.Redis.from_url(server.url)
            me = ParticipantMeta(name="Ana", speak="en", read="en", hear="en")
            token = participant_token(sfu.secret, room="r", participant="ana", meta=me, rights=SPEAKER)
            async with store, connect(sfu.url) as ana:
                await ask(ana, "hello", token=token)

                async def typed(line: str) -> bool:
                    return "ok" in await ask(ana, "type", line=f"line-{line}", text=line)

                async def shown() -> list[str]:
                    entries: Any = await store.xrange(keys.CAPTIONS)
                    return [decode(fields[b"c"], Caption).text for _, fields in entries]

                async def have(*lines: str) -> None:
                    async def so() -> bool:
                        return (await shown())[: len(lines)] == [*lines]

                    await until(so, within=20)

                with BridgeProcess(*bridge) as first:
                    await until(lambda: typed("one"), within=20)
                    await have("one")
                    os.kill(server.pid, signal.SIGSTOP)  # what is sent to it now it may still do when it wakes up
                    try:
                        assert await typed("two")
                        assert await typed("three")
                        first.signal(signal.SIGKILL)
                    finally:
                        os.kill(server.pid, signal.SIGCONT)
                with BridgeProcess(*bridge):
                    await have("one", "two", "three")
                    assert await typed("four")
                    await have("one", "two", "three", "four")
                    assert len(await shown()) == 4
    finally:
        sfu.stop()
