"""What a test needs beside Python: told from what it and its fixtures reach, and held while it runs.

`unit` needs nothing, `service` a program that it starts (Redis, PostgreSQL, the SFU, a worker …), `model` an installed
model or extra, `browser` Chromium. A marker set by hand adds to what is found; `unit` set by hand overrules it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

KINDS = ("unit", "service", "model", "browser")
STARTERS = {
    "ops.harness.machines.world.hold": "service model browser",
    "ops.harness.rabbitmq_server.RabbitmqServer": "service",
    "ops.harness.redis_server.RedisServer": "service",
    "ops.harness.redis_cluster.RedisCluster": "service",
    "ops.harness.sfu.Sfu": "service",
    "ops.harness.stack.Stack": "service model",
    "ops.harness.web_server.WebServer": "service",
    "ops.harness.worker.WorkerProcess": "service model",
    "tests.support.monitoring.program": "service",
    "tests.support.postgres.postgres_server": "service",
    "tests.support.bridge_process.BridgeProcess": "service",
    "ops.harness.proxy.proxy": "service",
    "tests.support.turn.Turn": "service",
    "tests.support.tracing.traced": "service",
    "tests.support.offered_models.installed": "model",
    "tests.support.extras.torch_environment": "model",
    "tests.support.translators.bergamot": "model",
    "tests.support.mozilla.student": "model",
    "tests.support.translators.argos": "model",
    "ops.harness.listening.understood": "model",
    "tasks.registry.default_models": "model",
    "playwright.async_api.async_playwright": "browser",
}
"""What starts something → the kinds of test that reach it. Looked for in code of the tests and the harness alone."""
OURS = ("tests.", "ops.")


@cache
def reached(function: FunctionType) -> frozenset[str]:
    """The kinds that a function of ours may need: those of every starter that its code names, however far down."""
    kinds, seen, todo = set[str](), set[object](), [function]
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        for thing in _named(current):
            name = f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"
            if name in STARTERS:
                kinds.update(STARTERS[name].split())
            if name.startswith(OURS):
                todo += _functions(thing)
    return frozenset(kinds)


def _named(function: FunctionType) -> Iterator[object]:
    """Everything that a function names: globals, and attributes of modules among them."""
    names = set(_names(function.__code__))
    for name in names & function.__globals__.keys():
        thing = function.__globals__[name]
        yield thing
        if isinstance(thing, ModuleType):
            yield from (vars(thing)[one] for one in names & vars(thing).keys())


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _functions(thing: Any) -> list[FunctionType]:  # noqa: ANN401 - whatever a name stands for
    """The functions of a class, or the one that a decorated or plain function is."""
    if inspect.isclass(thing):
        members = [getattr(value, "__func__", getattr(value, "fget", value)) for value in vars(thing).values()]
        return [found for member in members for found in _functions(member) if not inspect.isclass(member)]
    inner = inspect.unwrap(thing) if callable(thing) else None
    return [inner] if isinstance(inner, FunctionType) else []


def kinds_of(item: pytest.Item) -> frozenset[str]:
    """The kinds of a test."""
    explicit = {kind for kind in KINDS if item.get_closest_marker(kind)}
    if "unit" in explicit or not isinstance(item, pytest.Function):
        return frozenset(explicit or {"unit"})
    # pytest tells in no public way which function is behind a fixture's name.
    fixtures = [definitions[-1].func for definitions in item._fixtureinfo.name2fixturedefs.values()]
    functions = [found for one in (item.function, *fixtures) for found in _functions(one)]
    kinds = explicit.union(*map(reached, functions))
    return frozenset(kinds or {"unit"})


_watched: list[str] = []
"""The unit test that runs now."""
_started: list[str] = []
"""What it has started and must not."""


def _hold(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen" and _watched:
        words = arguments[1]
        program = Path(str(words if isinstance(words, str | bytes) else words[0])).name
        if program != Path(sys.executable).name and program not in PLAIN:
            _started.append(program)
            judge()


def judge() -> None:
    """Fail where the unit test that runs has started what it must not.

    Asked once more when it is over: a failure within a task or a thread of its own does not end a test.
    """
    if _started:
        pytest.fail(f"{_watched[-1]} counts as a unit test but starts {_started[0]}: see tests/support/kinds.py")


PLAIN = {"bash", "sh", "ps", "git", "env", "setpriv", "espeak-ng"}
"""Programs that every machine has, or that setup brings for everybody."""

sys.addaudithook(_hold)


@contextmanager
def held_to(kinds: frozenset[str], name: str) -> Iterator[None]:
    """Let a unit test start nothing but Python and plain programs."""
    if "unit" in kinds:
        _watched.append(name)
    try:
        yield
    finally:
        _watched.clear()
        _started.clear()
