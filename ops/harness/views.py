"""Every page there is, and the states of it in which somebody finds it.

To add a page, add a `View` to `VIEWS`; to `FILLED` where it needs a worker or an administration that has been used.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

import pyotp
from playwright.async_api import Page

from ops.harness.call_page import until

MAX_WAIT_SECONDS: Final = 120.0
"""Seconds for anything here to come about: what is judged are the pages, not how busy the machine is."""
MOVING: Final = """() => {
  const some = list => Math.max(...list.split(",").map(parseFloat)) > 0;
  const moves = style => some(style.transitionDuration) || style.animationName !== "none"
    || style.scrollBehavior === "smooth";
  const parts = [null, "::before", "::after", "::backdrop"];
  const found = [...document.querySelectorAll("*")]
    .filter(element => parts.some(part => moves(getComputedStyle(element, part))))
    .map(element => element.outerHTML.slice(0, 80));
  return [...found, ...document.getAnimations().map(() => "something that runs")];
}"""
"""What can move in the page's styles, and what moves now."""
CONNECTED: Final = "document.body.dataset.state === 'connected'"
LIVE: Final = "document.body.dataset.state === 'live'"
CALL: Final = "/rooms/{room}/call?reader=true"
SPEAKING: Final = "/rooms/{room}/call"
RECORDED: Final = "/rooms/{recorded}/call?reader=true"
TALK: Final = "/rooms/{talk}/talk"
ADMINISTRATOR: Final = ("Linh", "a gallery of pages")
"""Name and password."""
WRONG_TERMS: Final = "source_language,target_language,source,target,hotword\nen,xx,,conselho,maybe\n"


@dataclass(frozen=True)
class View:
    """One page, or one state of it, as somebody finds it."""

    name: str
    """Of its pictures."""
    path: str
    """`{room}` stands for a room's code, `{talk}` for that of a talk by one device, `{recorded}` for that of a room
    whose call is being recorded."""
    prepare: Callable[[Page], Awaitable[object]] | None = None
    """What to do on the page before it is looked at."""
    status: int = 200
    installer: str = ""
    """What the installer is at meanwhile, a key of `ops.harness.furnished.INSTALLER`; empty: nothing is missing."""


def pressed(selector: str, then: str) -> Callable[[Page], Awaitable[object]]:
    """Press something first, and wait for what it brings."""

    async def prepare(page: Page) -> None:
        await page.click(selector)
        await page.wait_for_selector(then)

    return prepare


def all_open(selector: str) -> Callable[[Page], Awaitable[object]]:
    """Open every `<details>` of this selector first."""
    return lambda page: page.eval_on_selector_all(selector, "all => all.forEach(details => { details.open = true })")


def in_call(then: str = "", within: str = "", key: str = "") -> Callable[[Page], Awaitable[object]]:
    """Wait until the page is in the call with its captions; then press something, or a key; wait for what opens."""

    async def prepare(page: Page) -> None:
        await until(page, CONNECTED, MAX_WAIT_SECONDS)
        await until(page, "document.querySelectorAll('#participants li[data-hue]').length === 3", MAX_WAIT_SECONDS)
        await page.wait_for_selector("#captions li[data-hue]")
        if then:
            await page.click(then)
        if key:
            await page.keyboard.press(key)
        if within:
            await page.wait_for_selector(within)

    return prepare


def in_talk(then: str = "", within: str = "") -> Callable[[Page], Awaitable[object]]:
    """Wait until the device is in its talk, with what was said there; then press something, and wait for what opens."""

    async def prepare(page: Page) -> None:
        await until(page, CONNECTED, MAX_WAIT_SECONDS)
        await until(page, "document.querySelectorAll('.said li').length === 6", MAX_WAIT_SECONDS)
        if then:
            await page.click(then)
            await page.wait_for_selector(within)

    return prepare


async def beside_each_other(page: Page) -> None:
    """Have the two halves of a talk stand the same way up; not for the pages that come after."""
    await in_talk("[popovertarget=talk-settings]", "#turned")(page)
    await page.uncheck("#turned")
    await page.evaluate("localStorage.removeItem('jbc.talk.turned')")
    await page.keyboard.press("Escape")
    await page.wait_for_selector("#talk-settings", state="hidden")


async def held_to_talk(page: Page) -> None:
    """Choose to be heard only while a button is held; not for the pages that come after."""
    await in_call("#settings summary", "#settings .panel")(page)
    await page.check("#push-to-talk")
    await page.evaluate("localStorage.removeItem('jbc.push-to-talk')")
    await page.click("#settings summary")
    await page.wait_for_selector("#talk:not([hidden])")


async def talking(page: Page) -> None:
    """Be heard until the next press."""
    await held_to_talk(page)
    await page.keyboard.press("m")
    await page.wait_for_selector("#talk[data-state=locked]")


async def untranslated(page: Page) -> None:
    """Say something that is not to be translated."""
    await in_call("", "#untranslated:not([hidden])")(page)
    await page.keyboard.press("o")
    await page.wait_for_selector("#participants .me[data-untranslated]")


def recorded(answer: str = "") -> Callable[[Page], Awaitable[object]]:
    """Be asked whether one's voice may be recorded; then answer."""

    async def prepare(page: Page) -> None:
        await until(page, CONNECTED, MAX_WAIT_SECONDS)
        await page.wait_for_selector("#kept-sign:not([hidden])")
        await page.wait_for_selector("#keeping-agree")
        await page.wait_for_selector("#captions li[data-hue]")
        if answer:
            await page.click(f"#keeping-{answer}")
            await page.wait_for_selector("#keeping-agree", state="detached")

    return prepare


SAYING: Final = """([id, key, values]) => {
  const { texts } = JSON.parse(document.querySelector("#call-config").textContent);
  const text = texts[key].replace(/{(.+?)}/g, (_, name) => values[name]);
  Object.assign(document.getElementById(id), { hidden: false, textContent: text });
}"""


async def saying(page: Page, element: str, key: str, **values: str) -> None:
    """Let an element of the call page say what its script would say, by the key of that text."""
    await page.evaluate(SAYING, [element, key, values])


async def sound_taken(page: Page) -> None:
    """Lose the sound to something else, as to a call on the phone."""
    await in_call()(page)
    await saying(page, "sound-taken", "soundTaken")
    await page.eval_on_selector("#sound", "button => { button.hidden = false }")


async def dated(page: Page) -> None:
    """Give the room a date."""
    await page.fill("#starts", "2030-12-24T15:00")
    await page.select_option("#zone", "America/Sao_Paulo")
    await page.click("form.making button:not([name])")
    await page.wait_for_selector("[href$='.ics']")


async def dated_lobby(page: Page) -> None:
    """Go from there to the form with which people enter."""
    await dated(page)
    await page.click(".back a")
    await page.wait_for_selector("[href$='.ics']")


async def letting_interpret(page: Page) -> str:
    """Choose what one may interpret oneself, as a host; one's own id."""
    await in_call("#hosting-button", "#holding")(page)
    me = str(await page.get_attribute("#participants .me", "data-participant"))
    await page.click(f"#interpreting-{me} summary")
    await page.select_option(f"#source-{me}", "pt")
    await page.select_option(f"#target-{me}", "en")
    return me


async def interpreting(page: Page) -> None:
    """Interpret."""
    me = await letting_interpret(page)
    await page.click(f"#interpreting-{me} form button")
    await page.wait_for_selector("#booth-acts button", state="attached")
    await page.keyboard.press("Escape")
    await page.click("#booth-acts button")
    await page.wait_for_selector("#booth-acts button.quiet")


async def still_heard(page: Page) -> None:
    """Have said something to which somebody still listens."""
    await in_call()(page)
    await saying(page, "still-listening", "listensFor", who="Minh is still listening", seconds="3")


async def in_turns(page: Page) -> None:
    """Wait for one's turn to speak, as a host."""
    await in_call("", "#mic[aria-pressed=true]")(page)
    await saying(page, "turn", "turnOf", name="Minh")
    await saying(page, "turn-way", "turnComes", place="1")
    await saying(page, "turn-end", "turnEndOf", name="Minh")
    # The page, for which nobody takes turns, hides it with every event.
    shown = "bar => { bar.hidden = false; Object.defineProperty(bar, 'hidden', { set() {} }); }"
    await page.eval_on_selector("#turns", shown)


async def interpreter_invited(page: Page) -> None:
    """Make a link for an interpreter on the share page, and follow it."""
    await page.select_option("#source", "pt")
    await page.select_option("#target", "vi")
    await page.click("#interpreter button")
    await page.goto(await page.input_value("#interpreter-link"))
    await page.wait_for_selector("form[action$='/join']")


async def links_made(page: Page) -> None:
    """Make links to the captions on the share page."""
    await page.click("form.making button")
    await page.wait_for_selector(".made")


async def embedded(page: Page) -> None:
    """Go on from the share page to what reads along."""
    await links_made(page)
    await page.goto(await page.input_value("#page"))
    await until(page, LIVE, MAX_WAIT_SECONDS)


async def demo_begun(page: Page) -> None:
    """Enter the demo."""
    await page.click("form[action='/demo'] button")
    await until(page, CONNECTED, MAX_WAIT_SECONDS)


async def key_made(page: Page) -> None:
    """Make a key, which is shown once."""
    await page.fill("[name=name]", f"website {await page.locator('tbody tr').count() + 1}")
    await page.click("form[action='/admin/keys'] button")
    await page.wait_for_selector(".secret")


async def invitation_made(page: Page) -> None:
    """Make an invitation, whose link is shown once."""
    await page.fill("[name=name]", "Evening school")
    await page.click("form[action='/admin/invitations'] button")
    await page.wait_for_selector(".secret")


async def factor_begun(page: Page) -> None:
    """See the secret of a second factor."""
    await page.fill("#current", ADMINISTRATOR[1])
    await page.click("[value=begin]")
    await page.wait_for_selector(".scan svg")


async def factor_set(page: Page) -> None:
    """Set up a second factor; the recovery codes are shown once."""
    await factor_begun(page)
    secret = "".join((await page.inner_text(".secret")).split())
    await page.fill("#code", pyotp.TOTP(secret).now())
    await page.click("[value=confirm]")
    await page.wait_for_selector(".codes li")


async def factor_on(page: Page) -> None:
    """Set up a second factor, and come back later."""
    await factor_set(page)
    await page.goto(page.url)


async def code_asked(page: Page) -> None:
    """Log in with the password, and with a code that is wrong."""
    await factor_set(page)
    await page.goto(urljoin(page.url, "/admin/login"))
    for field, value in zip(("name", "password"), ADMINISTRATOR, strict=True):
        await page.fill(f"[name={field}]", value)
    await page.click("main button")
    await page.click("summary")
    await page.fill("#recovery", "not one of them")
    await page.click("details button")
    await page.wait_for_selector("#recovery-error")


async def wrong_terms_sent(page: Page) -> None:
    """Send a file of terms with mistakes in it."""
    file = {"name": "terms.csv", "mimeType": "text/csv", "buffer": WRONG_TERMS.encode()}
    await page.set_input_files("#file", file)  # type: ignore[arg-type]
    await page.click("form[action='/admin/glossary/import'] button")
    await page.wait_for_selector(".wrong li")


async def pair_tried(page: Page) -> None:
    """Have a sentence spoken, heard, translated and spoken again, as far as this machine gets in time."""
    await page.click("form[action='/admin/pairs/try'] button")
    await page.wait_for_selector(".stages li")


VIEWS: Final = (
    View("front", "/"),
    View("front-installing", "/", installer="running"),
    View("front-not-installed", "/", all_open(".installing details"), installer="failed"),
    View("front-mistake", "/join?code=abc", status=422),
    View("lobby", "/rooms/{room}"),
    View("lobby-installing", "/rooms/{room}", installer="running"),
    View("lobby-devices", "/rooms/{room}", pressed("#tryout summary", "#try-microphone")),
    View("lobby-shared", "/rooms/{room}", pressed("#shares", ".ticks input")),
    View("lobby-offering", "/rooms/{room}", pressed("#offering summary", "#source")),
    View("demo", "/", demo_begun),
    View("call", CALL, in_call()),
    View("call-installing", CALL, in_call(), installer="running"),
    View("call-reading", CALL, in_call("[popovertarget=reading]", "#reading-form")),
    View("call-keys", SPEAKING, in_call(key="?", within="#help kbd")),
    View("call-lateness", CALL, in_call("[popovertarget=lateness]", "#stages")),
    View("call-languages", CALL, in_call("#languages summary", "#languages .panel")),
    View("call-devices", SPEAKING, in_call("#settings summary", "#settings .panel")),
    View("call-reader", CALL, in_call("#settings summary", "#settings .panel")),
    View("call-push-to-talk", SPEAKING, held_to_talk),
    View("call-talking", SPEAKING, talking),
    View("call-untranslated", SPEAKING, untranslated),
    View("call-sound-taken", SPEAKING, sound_taken),
    View("call-video", SPEAKING, in_call("#camera", "#tiles video")),
    View("call-hand", CALL, in_call("#hand", "#participants .me .hand:not([hidden])")),
    View("call-host", CALL, in_call("#hosting-button", "#holding")),
    View("call-host-interpreter", CALL, letting_interpret),
    View("call-interpreting", SPEAKING, interpreting),
    View("call-still-heard", SPEAKING, still_heard),
    View("call-in-turns", SPEAKING, in_turns),
    View("call-invite", CALL, in_call("[popovertarget=invite]", "#invite .link")),
    View("call-asked", RECORDED, recorded()),
    View("call-recorded", RECORDED, recorded("agree")),
    View("invitation", "/rooms/{room}/invitation"),
    View("invitation-dated", "/rooms/{room}/invitation", dated),
    View("lobby-dated", "/rooms/{room}/invitation", dated_lobby),
    View("talk-form", "/talk"),
    View("talk", TALK, in_talk()),
    View("talk-beside", TALK, beside_each_other),
    View("talk-settings", TALK, in_talk("[popovertarget=talk-settings]", "#talk-settings .link")),
    View("share", "/rooms/{room}/share"),
    View("share-links", "/rooms/{room}/share", links_made),
    View("lobby-interpreter", "/rooms/{room}/share", interpreter_invited),
    View("embed", "/rooms/{room}/share", embedded),
    View("embed-problem", "/embed/{room}?token=wrong", status=403),
    View("transcript", "/rooms/{room}/transcript"),
    View("transcript-search", "/rooms/{room}/transcript?q=nove"),
    View("transcript-correct", "/rooms/{room}/transcript", pressed("a.edit", ".correcting textarea")),
    View("recordings", "/rooms/{recorded}/kept"),
    View("recording", "/rooms/{recorded}/kept?lang=en", pressed(".kept-calls a", "#player[data-ready]")),
    View("projector", "/rooms/{room}/projector", lambda page: until(page, LIVE, MAX_WAIT_SECONDS)),
    View("error", "/nothing", status=404),
    View("offline", "/offline?lang=en"),
    View("admin-login", "/admin/login"),
    View("admin-rooms", "/admin/rooms"),
    View("admin-room", "/admin/rooms/1", all_open("details.more")),
    View("admin-invitations", "/admin/invitations"),
    View("admin-invitation-made", "/admin/invitations", invitation_made),
    View("admin-pairs", "/admin/pairs"),
    View("admin-models", "/admin/models"),
    View("admin-glossary", "/admin/glossary"),
    View("admin-glossary-mistakes", "/admin/glossary", wrong_terms_sent),
    View("admin-voices", "/admin/voices"),
    View("admin-keys", "/admin/keys"),
    View("admin-key-made", "/admin/keys", key_made),
    View("admin-workers", "/admin/workers"),
    View("admin-recordings", "/admin/kept"),
    View("admin-storage", "/admin/storage"),
    View("admin-audit", "/admin/audit"),
    View("admin-administrators", "/admin/administrators"),
    View("admin-account", "/admin/account"),
    View("admin-factor", "/admin/account/second-factor"),
    View("admin-factor-secret", "/admin/account/second-factor", factor_begun),
    View("admin-factor-codes", "/admin/account/second-factor", factor_set),
    View("admin-factor-on", "/admin/account/second-factor", factor_on),
    View("sign-in-failed", "/sign-in?purpose=admin", status=502),
    View("admin-code", "/admin/account/second-factor", code_asked),
)

_FURNISHED: Final = {
    f"admin-{name}" for name in ("pairs", "models", "glossary", "voices", "keys", "workers", "storage", "account")
}
FILLED: Final = (
    *(view for view in VIEWS if view.name in _FURNISHED),
    View("admin-pairs-tried", "/admin/pairs", pair_tried),
)
"""What looks otherwise, or is there only, in an administration that is furnished (`ops.harness.furnished`)."""

SETUP: Final = View("admin-setup", "/admin/setup")
"""Is there only while there is no administrator."""
