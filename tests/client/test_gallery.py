"""Every page there is, judged: by axe in both colour schemes, by what moves, by an HTML validator and by its weight."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pyotp
import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Locator, Page, Response, expect

from ops.harness.call_page import until
from ops.harness.gallery import SCHEMES, SIZES, World
from ops.harness.views import FILLED, MAX_WAIT_SECONDS, MOVING, SETUP, VIEWS, View, links_made
from ops.harness.web_server import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE: Final = (ROOT / "static/node_modules/axe-core/axe.min.js").read_text()
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS: Final = ["color-contrast", "link-in-text-block"]
"""The rules that look at colours: what the others find in one scheme is found in both."""
FAULTS: Final = """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']})).violations
  .flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`))"""
WIDER_THAN_THE_SCREEN: Final = """() => document.documentElement.scrollWidth > innerWidth
  && [...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 80))"""
SOURCE: Final = "async () => (await fetch(location.href, {headers: {accept: 'text/html'}})).text()"
PAGE_KB: Final = 150
LIGHT: Final = ("front", "lobby", "call", "talk", "transcript", "recording", "projector")
WEIGHED: Final = ("text/html", "text/css", "text/javascript", "application/json", "image/svg+xml", "image/png")
PARTS: Final = 4
"""Tests that the pages are divided among, so that a busy machine gets through each in time."""


@pytest.mark.parametrize("part", range(PARTS))
async def test_axe_finds_nothing_on_any_page_and_every_page_is_valid(place: World, part: int, tmp_path: Path) -> None:
    await _good(place, VIEWS[part::PARTS], tmp_path)


async def test_pages_with_something_in_them_are_as_good(place: World, tmp_path: Path) -> None:
    async with place.furnished():
        await _good(place, FILLED, tmp_path)


async def _good(place: World, views: Iterable[View], folder: Path) -> None:
    """Fail where anything is wrong with pages."""
    assert await _judged(place, views, folder) == []
    await _valid(folder)


async def _valid(folder: Path) -> None:
    """Have the HTML in a folder validated."""
    command = ROOT / "static/node_modules/.bin/html-validate"
    rules = ROOT / "static/htmlvalidate.json"
    validator = await asyncio.create_subprocess_exec(
        command, "--config", rules, folder, stdout=PIPE, stderr=STDOUT, cwd=folder
    )
    said, _ = await validator.communicate()
    assert validator.returncode == 0, said.decode()


async def _judged(place: World, views: Iterable[View], folder: Path) -> list[str]:
    """What is wrong with pages as a phone and a laptop show them, whose HTML is left in a folder.

    All in one tab, whose process has the scripts compiled after the first: a tab of its own for each page took longer
    than to judge it.
    """
    faults, page = list[str](), await place.visitor.new_page()
    errors = _errors(page)
    for view in views:
        try:
            async with asyncio.timeout(2 * MAX_WAIT_SECONDS):
                found = await _faults(page, place, view, folder)
                await _leave(page, place)
        except TimeoutError as late:  # Playwright itself waits for ever for what a hanging browser should evaluate
            raise AssertionError(f"{view.name} is not there in time: {late}") from late
        faults += [f"{view.name}: {fault}" for fault in (*found, *errors)]
        errors.clear()
    await page.close()
    return faults


async def _faults(page: Page, place: World, view: View, folder: Path) -> list[str]:
    await _resize(page, "phone")
    await page.emulate_media(color_scheme=SCHEMES[0], reduced_motion="reduce")  # and no colours half way between two
    await place.open(page, view)
    faults = [f"moves where less motion is asked for: {element}" for element in await page.evaluate(MOVING)]
    for size in SIZES:
        await _resize(page, size)
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            rules = RULES if scheme == SCHEMES[0] else OF_COLOURS
            faults += [f"{size}, {scheme}: {fault}" for fault in await found_by_axe(page, rules)]
        wider = await page.evaluate(WIDER_THAN_THE_SCREEN)
        faults += [f"wider than a {size}: {element}" for element in wider or []]
    (folder / f"{view.name}.html").write_text(await page.evaluate(SOURCE))
    return faults


async def _resize(page: Page, size: str) -> None:
    width, height = SIZES[size]
    await page.set_viewport_size({"width": width, "height": height})


async def _leave(page: Page, place: World) -> None:
    """Have the tab as it was before the first page, with nothing under the mouse and nothing remembered."""
    await page.mouse.move(0, 0)
    await page.goto(f"{place.url}/health")
    await page.evaluate("sessionStorage.clear()")


async def found_by_axe(page: Page, rules: Sequence[str] = RULES) -> list[str]:
    """What rules find wrong in a page, into which axe is brought once."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    found: list[str] = await page.evaluate(FAULTS, rules)
    return found


def _errors(page: Page) -> list[str]:
    """What goes wrong in a page from now on: exceptions, and what its policy forbids."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "policy" in line.text.lower() else None)
    return errors


@pytest.mark.parametrize("name", LIGHT)
async def test_a_page_is_light_and_comes_from_here_alone(place: World, name: str) -> None:
    """All that is loaded of it, but for what was said and the sound of recordings."""
    page = await place.visitor.new_page()
    responses: list[Response] = []
    page.on("request", lambda request: responses.clear() if request.is_navigation_request() else None)
    page.on("response", lambda response: responses.append(response))
    await place.open(page, next(view for view in VIEWS if view.name == name))
    await page.wait_for_load_state("load")
    address = urlsplit(page.url)
    sizes = {}
    for response in responses:
        kind = (await response.header_value("content-type") or "").partition(";")[0]
        loaded = urlsplit(response.url)
        assert loaded.netloc == address.netloc, response.url
        if response.ok and kind in WEIGHED and (kind != "text/html" or loaded.path == address.path):
            sizes[loaded.path] = len(gzip.compress(await response.body()))
    await page.close()
    print(f"\n{name}: {sum(sizes.values()) / 1024:.1f} KiB compressed: {json.dumps(sizes)}")
    assert len(sizes) >= 3
    assert sum(sizes.values()) < PAGE_KB * 1000


async def test_the_settings_are_kept_and_the_keys_work(place: World) -> None:
    page = await place.visitor.new_page()
    await place.open(page, next(view for view in VIEWS if view.name == "call"))
    await page.keyboard.press("c")
    await page.check("#reading-form [name=show][value=translation]", force=True)
    await page.check("#reading-form [name=lines][value='2']", force=True)
    await page.check("#reading-form [name=contrast][value=high]", force=True)
    await page.check("#reading-form [name=aloud]")
    await page.keyboard.press("Escape")
    assert await page.is_hidden("#reading")
    before = await _size(page)
    await page.keyboard.press("+")
    assert await _size(page) > before
    await page.reload()
    await page.wait_for_selector("body[data-show=translation][data-lines='2'][data-size=l][data-contrast=high]")
    await expect(page.locator("#captions .translation").last).to_have_css("color", "rgb(0, 0, 0)")
    await expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert await page.locator("#captions > li:visible").count() == 2
    assert await page.locator("#captions .source:visible").count() == 0
    assert await page.inner_text("#aloud") == "", "what was said before the page was opened is not read out"
    await page.keyboard.press("c")
    await page.uncheck("#reading-form [name=keys]")
    await page.keyboard.press("Escape")
    await page.keyboard.press("+")
    await page.keyboard.press("c")
    assert await page.get_attribute("body", "data-size") == "l", "single keys are off"
    assert await page.is_hidden("#reading")
    await page.evaluate("localStorage.clear()")
    await page.close()


async def test_a_screen_reader_hears_each_finished_caption_once_when_it_wants_to(place: World) -> None:
    page = await place.visitor.new_page()
    await place.open(page, next(view for view in VIEWS if view.name == "call"))
    assert await page.get_attribute("#aloud", "role") == "log"
    place.say("not wanted yet")
    await page.wait_for_selector("#captions li:has-text('not wanted yet')")
    await page.click("[popovertarget=reading]")
    await page.check("#reading-form [name=aloud]")
    grows = place.say("it gro", final=False)
    await page.wait_for_selector("#captions li.interim:has-text('it gro')")
    place.say("it grows no more", line=grows)
    await page.wait_for_selector("#aloud p:has-text('it grows no more')", state="attached")
    place.say("and another")
    await page.wait_for_selector("#aloud p:has-text('and another')", state="attached")
    said = await page.evaluate("[...document.querySelectorAll('#aloud p')].map(p => p.textContent.split(': ')[1])")
    assert said == ["it grows no more", "and another"]
    await page.evaluate("localStorage.clear()")
    await page.close()


async def test_devices_are_tried_in_the_lobby_and_remembered(place: World) -> None:
    page = await place.visitor.new_page()
    await page.goto(f"{place.url}/rooms/{place.room}")
    await page.click("#tryout summary")
    await page.click("#try-microphone")  # Chromium's own one beeps once a second
    await until(page, "document.querySelector('#level').value > 0.2")
    await page.wait_for_selector("#microphone-says:has-text('You are heard well.')")
    await page.click("#try-camera")
    await until(page, "document.querySelector('#preview').videoWidth > 0")
    await page.click("#try-camera")
    assert await page.is_hidden("#preview")
    chosen = await page.eval_on_selector("#choose-microphone", "select => select.options[1].value")
    await page.select_option("#choose-microphone", chosen)
    await page.reload()
    await page.click("#tryout summary")
    await until(page, f"document.querySelector('#choose-microphone').value === {json.dumps(chosen)}")
    refusal = "async () => { throw new DOMException('', 'NotAllowedError') }"
    await page.evaluate(f"() => {{ navigator.mediaDevices.getUserMedia = {refusal} }}")
    await page.click("#try-microphone")
    await page.wait_for_selector("#microphone-says:has-text('allow it for this site')")
    await page.close()


async def test_the_lag_opens_into_its_stages_and_says_what_works(place: World) -> None:
    page = await place.visitor.new_page()
    await place.open(page, next(view for view in VIEWS if view.name == "call-lateness"))
    place.say("how late is this")
    line = page.locator("#captions li:has-text('how late is this')")
    await page.wait_for_selector("#captions li:has-text('how late is this')")
    await page.wait_for_selector("#stages li:has-text('by test')")
    stages = await page.locator("#stages li").all_inner_texts()
    names = ("end of speech noticed 100 ms", "waiting 20 ms", "transcription 180 ms", "by test")
    assert tuple(stages) == names
    late = await line.locator(".lag").inner_text()
    assert await page.inner_text("#lag") == late
    assert await page.inner_text("#behind") == f"{late} behind the end of the sentence"
    assert "The interpreter process is not running" in await page.inner_text("#ladder")
    await page.close()


async def test_what_is_shared_is_copied(place: World) -> None:
    await place.visitor.grant_permissions(["microphone", "camera", "clipboard-read", "clipboard-write"])
    page = await place.visitor.new_page()
    await page.goto(f"{place.url}/rooms/{place.room}/share")
    await links_made(page)
    await page.click("[data-copy=frame]")
    await page.wait_for_selector("#copied:has-text('Copied.')")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f'<iframe src="{place.url}/embed/{place.room}?token=')
    await page.evaluate("() => { navigator.clipboard.writeText = async () => { throw new Error('not allowed') } }")
    await page.click("[data-copy=link]")
    await page.wait_for_selector("#copied:has-text('The text is marked')")
    assert await page.evaluate("getSelection().toString()") == f"{place.url}/rooms/{place.room}"
    await page.close()


async def test_qr_codes_lead_where_the_links_beside_them_do(place: World) -> None:
    page = await place.visitor.new_page()
    await page.goto(f"{place.url}/rooms/{place.room}/share")
    await links_made(page)
    reading = await page.input_value("#page")
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        assert await _scanned(page.locator("[aria-labelledby=join] .qr")) == f"{place.url}/rooms/{place.room}"
        assert await _scanned(page.locator(".made .qr")) == reading
    await page.goto(await page.input_value("#projector"))
    assert await _scanned(page.locator(".qr")) == reading
    await page.close()


async def test_an_app_scans_the_secret_that_stands_below_the_code(place: World) -> None:
    page = await place.visitor.new_page()
    await place.open(page, next(view for view in VIEWS if view.name == "admin-factor-secret"))
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        told = pyotp.parse_uri(await _scanned(page.locator(".scan .qr")))
        assert told.secret == "".join((await page.inner_text(".secret")).split())
    await page.close()


async def _scanned(code: Locator) -> str:
    """What a telephone reads from a code on the screen; nothing where it finds none."""
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(await code.screenshot())), try_invert=False)
    return found.text if found else ""


async def _size(page: Page) -> float:
    size: float = await page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('#captions .translation')).fontSize)"
    )
    return size


async def test_so_is_the_page_that_sets_up_the_first_administrator(place: World, tmp_path: Path) -> None:
    with place.without_administrators():
        await _good(place, [SETUP], tmp_path)
