"""`make queues`: what a hop through the queues takes in Redis and in RabbitMQ, and what a restart of either costs.

Worker processes as ours are, in turns on the one and on the other, with an actor that only notes when it begins. Prints
tables and writes var/queues.json.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final, NamedTuple

import dramatiq
import psutil
import redis

from ops.harness.rabbitmq_server import RabbitmqServer, rabbitmq_server
from ops.harness.redis_server import RedisServer, redis_server
from ops.measure.figures import busy, machine, percentiles, write
from ops.measure.queue_worker import ACTOR, Workers
from tasks.wire.queues import TRANSLATE, sending_broker

PAUSE_SECONDS: Final = 0.02
"""Between two messages of which each finds an idle worker."""
RESTART_RATE: Final = 20.0
"""Messages a second while a server is restarted."""
RESTART_AFTER: Final = 3.0
"""Seconds of them until it is killed, and after it is back."""
QUIET_SECONDS: Final = 8.0
"""Without a message: then none is left. More than until a dead worker's are given to others."""


Server = RedisServer | RabbitmqServer


class Place(NamedTuple):
    """Where queues are, with workers that take from them."""

    name: str
    server: Server
    beside: dict[str, Server]
    """All that a message needs, by name: workers count in Redis what they begin, wherever it comes from."""
    sending: dramatiq.Broker
    workers: Workers


@contextmanager
def places(workers: int) -> Iterator[list[Place]]:
    """Redis and RabbitMQ, each with so many workers."""
    with ExitStack() as stack:
        store, rabbitmq = stack.enter_context(redis_server()), stack.enter_context(rabbitmq_server())
        found: tuple[tuple[str, Server, str], ...] = (("Redis", store, ""), ("RabbitMQ", rabbitmq, rabbitmq.url))
        yield [
            Place(
                name,
                server,
                {"Redis": store, name: server},
                sending_broker(server.url),
                stack.enter_context(Workers(store.worker_url, broker_url, workers)),
            )
            for name, server, broker_url in found
        ]


def send(place: Place, number: int) -> None:
    """Send one message, as large as one of a call, that says when it was sent."""
    args = (number, time.time(), "x" * 800)
    place.sending.enqueue(
        dramatiq.Message(queue_name=TRANSLATE.queue, actor_name=ACTOR, args=args, kwargs={}, options={})
    )


def hops(place: Place, count: int) -> list[float]:
    """Milliseconds from sending to beginning, of messages of which each finds an idle worker."""
    found: list[float] = []
    for number in range(count):
        send(place, number)
        found += [1000 * began.waited for began in place.workers.took(1, within=5)]
        time.sleep(PAUSE_SECONDS)
    return found


def processor(server: Server) -> float:
    """Seconds of the processor that a server has used."""
    top = psutil.Process(server.pid)
    return sum(sum(process.cpu_times()[:2]) for process in (top, *top.children(recursive=True)))


def burst(place: Place, count: int) -> dict[str, float]:
    """Many messages at once: how many a second one sender sends, how many workers begin, what servers need for one."""
    before = {name: processor(server) for name, server in place.beside.items()}
    began = time.time()
    for number in range(count):
        send(place, number)
    sent = time.time() - began
    done = max(one.at for one in place.workers.took(count, within=120)) - began
    used = {name: 1e6 * (processor(server) - before[name]) / count for name, server in place.beside.items()}
    return {"sent_a_second": count / sent, "begun_a_second": count / done, **used}


def restart(place: Place) -> dict[str, Any]:
    """What becomes of a steady stream of messages when the server is killed and started again in its middle."""
    down: list[float] = []

    def again() -> None:
        time.sleep(RESTART_AFTER)
        down.append(time.time())
        place.server.stop()
        place.server.start()
        down.append(time.time())

    breaking = threading.Thread(target=again)
    breaking.start()
    sent, refused = 0, 0
    while breaking.is_alive() or time.time() < down[1] + RESTART_AFTER:
        try:
            send(place, sent)
            sent += 1
        except (redis.RedisError, OSError):  # as in the bridge, it is sent again
            refused += 1
        time.sleep(1 / RESTART_RATE)
    begun = place.workers.rest(QUIET_SECONDS)
    times, counted = sorted(one.at for one in begun), Counter(one.number for one in begun)
    return {
        "sent": sent,
        "refused": refused,
        "lost": sent - len(counted),
        "doubled": sum(counted.values()) - len(counted),
        "down_s": round(down[1] - down[0], 1),
        "nothing_begun_s": round(max(b - a for a, b in itertools.pairwise(times)), 1),
    }


def measure(rounds: int, count: int, many: int, workers: int) -> dict[str, Any]:
    """All of it, in turns."""
    figures: dict[str, Any] = {"machine": machine(), "load_average": busy(), "workers": workers, "rounds": rounds}
    waited: dict[str, list[float]] = {}
    bursts: dict[str, list[dict[str, float]]] = {}
    with places(workers) as both:
        for place in both:
            hops(place, 20)  # connections are made
        for number in range(rounds):
            for place in both if number % 2 else both[::-1]:
                waited.setdefault(place.name, []).extend(hops(place, count))
                bursts.setdefault(place.name, []).append(burst(place, many))
            print(f"round {number + 1} of {rounds}", flush=True)
        for place in both:
            figures[place.name] = {
                "hop_ms": percentiles(waited[place.name], 2),
                "burst": {
                    name: round(statistics.median(one[name] for one in bursts[place.name]))
                    for name in bursts[place.name][0]
                },
                "restart": restart(place),
            }
    return figures


def table(figures: dict[str, Any]) -> str:
    """The figures for reading."""
    rows = [
        f"{figures['machine']['cpu']}, {figures['machine']['cores']} cores, load average {figures['load_average']} "
        f"before it began; {figures['workers']} workers, {figures['rounds']} rounds in turns",
        "",
        "| | hop to an idle worker, p50 / p95 | one sender sends | workers begin | processor for a message "
        "| server killed and started again, with 20 messages a second |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("Redis", "RabbitMQ"):
        found = figures[name]
        broken, many = found["restart"], found["burst"]
        used = ", ".join(f"{server} {many[server]} µs" for server in ("Redis", "RabbitMQ") if server in many)
        rows.append(
            f"| {name} | {found['hop_ms']['p50']} / {found['hop_ms']['p95']} ms | {many['sent_a_second']:,} a second "
            f"| {many['begun_a_second']:,} a second | {used} | away {broken['down_s']} s, nothing begun for "
            f"{broken['nothing_begun_s']} s; of {broken['sent']} messages {broken['lost']} lost, "
            f"{broken['doubled']} doubled |"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--hops", type=int, default=200, help="messages to an idle worker, a round")
    parser.add_argument("--burst", type=int, default=2_000, help="messages at once, a round")
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    figures = measure(chosen.rounds, chosen.hops, chosen.burst, chosen.workers)
    print(table(figures))
    write("queues", figures)


if __name__ == "__main__":
    main()
