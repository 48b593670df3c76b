"""One running system and one Chromium for all end-to-end tests, and a fresh room for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from ops.harness.people import CHROMIUM, FLAGS, Person, room_from_front_page
from ops.harness.stack import Stack, temporary_folder

Join = Callable[..., Awaitable[Person]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what the processes printed last: who lost a clip cannot be seen from a page."""
    report = yield
    if report.when == "call" and report.failed:
        for running in (thing for thing in item.funcargs.values() if isinstance(thing, Stack)):
            report.sections += [(f"end of {name}'s output", running.log(name)[-8000:]) for name in running.lines]
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack() -> AsyncIterator[Stack]:
    """Every process of the Procfile, ready."""
    with temporary_folder() as folder:
        async with Stack(Path(folder), KEEP_CALLS="1") as running:  # which is off until somebody turns it on
            yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def room(stack: Stack, browser: Browser) -> str:
    """The address of a room made from the front page."""
    return await room_from_front_page(browser, stack.url)


@pytest_asyncio.fixture(loop_scope="session")
async def join(browser: Browser, room: str) -> AsyncIterator[Join]:
    """Let somebody join the room; everybody leaves at the end of the test, and no page may have had an error."""
    people: list[Person] = []

    async def one(name: str, *, speak: str, read: str, hear: str, scripts: Sequence[Path] = ()) -> Person:
        person = await Person.join(browser, room, name, speak=speak, read=read, hear=hear, scripts=scripts)
        people.append(person)
        return person

    async with AsyncExitStack() as leaving:
        yield one
        for person in people:
            leaving.push_async_callback(person.leave)
