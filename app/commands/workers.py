"""`jbcalling workers`: what those who add and remove machines want to know."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import click
import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.media.policy import scaling
from app.media.policy.scaling import Demand
from app.settings.installation import InstallationSettings
from app.supervisor import runner
from tasks.wire import keys, queues
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import NextRoom, decode
from tasks.wire.redis_client import connect_async
from tasks.wire.waiting import BrokerAwayError, Waits

LOOK_EVERY: Final = 0.5
"""Seconds between looks."""


@click.group()
def workers() -> None:
    """Workers that come and go by load."""


@workers.command()
@click.option("--least", type=click.IntRange(1), default=1, show_default=True, help="Machines that there always are.")
@click.option("--most", type=click.IntRange(1), default=10, show_default=True, help="Machines that there may be.")
@click.option("--spare", type=click.IntRange(0), default=1, show_default=True, help="Further calls to be ready for.")
@click.option("--seconds", type=click.FloatRange(0.0, 300.0), default=5.0, show_default=True, help="How long to look.")
def wanted(least: int, most: int, spare: int, seconds: float) -> None:
    """Print how many machines with workers there should be, and on standard error why."""
    os.environ.setdefault("JBC_VAR", str(runner.ROOT / "var"))
    os.environ.update(runner.environment(Path(os.environ["JBC_VAR"]), make=False))
    try:
        demand = asyncio.run(_watch(InstallationSettings().tasks, seconds))
    except (RedisError, OSError) as error:
        server = "RabbitMQ" if isinstance(error, BrokerAwayError) else "Redis"
        raise click.ClickException(f"{server} does not answer ({type(error).__name__}): nobody knows.") from error
    if demand is None:
        raise click.ClickException("No bridge says what calls come to: leave as many as there are.")
    found = scaling.wanted(demand, spare=spare)
    click.echo(f"{demand.machines} answer, {found.machines} wanted: {found.why}", err=True)
    click.echo(min(max(found.machines, least), most))


async def _watch(tasks: TaskConfig, seconds: float) -> Demand | None:
    """The most that is asked for within so many seconds; None where no bridge says anything."""
    loop = asyncio.get_running_loop()
    until, seen = loop.time() + seconds, list[Demand]()
    async with AsyncExitStack() as stack:
        client = connect_async(tasks.redis_url, socket_timeout=5.0, socket_connect_timeout=2.0)
        redis = await stack.enter_async_context(client)
        waits = queues.waits(tasks, redis)
        stack.push_async_callback(waits.aclose)
        while True:
            if (demand := await _look(redis, waits)) is not None:
                seen.append(demand)
            if loop.time() + LOOK_EVERY > until:
                break
            await asyncio.sleep(LOOK_EVERY)
    if not seen:
        return None
    # Several bridges speak in turn, each for its own calls.
    return seen[-1]._replace(load=max(one.load for one in seen), age=max(one.age for one in seen))


async def _look(redis: Redis, waits: Waits) -> Demand | None:
    beats = await queues.workers(redis)
    data = await redis.get(keys.ADMISSION)
    try:
        said = decode(data, NextRoom) if isinstance(data, bytes) else None
    except msgspec.DecodeError:
        said = None  # of another version
    if said is None:
        return None
    waiting = [*keys.LIVE_QUEUES, *(keys.own_queue(beat.worker) for beat in beats if beat.streams)]
    ages = [(await waits.of(queue)).age or 0.0 for queue in waiting]
    machines = len({beat.worker.partition(".")[0] for beat in beats})
    return Demand(machines, said.load, said.capacity, said.further, max(ages))
