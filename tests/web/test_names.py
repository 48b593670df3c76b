# ruff: noqa: RUF001 - letters of many scripts are what this is about
"""Names as they are seen: what shapes them stays, what only hides goes, and an empty place is no name."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import httpx
import pytest
import redis

from app.auth.admins import AdminNameError, Admins
from app.auth.api_keys import ApiKeys, KeyNameError
from app.db import create_engine, create_sessions
from app.rooms.forms import JoinForm, RoomForm
from app.settings.web import WebSettings
from app.visible import clean
from ops.harness.captions import caption, say, stored
from ops.harness.web_server import new_room, token_of
from tests.web.test_entering import read
from tests.web.test_pages import config_of

ZWJ: Final = "\u200d"
ZWNJ: Final = "\u200c"
FAMILIES: Final = [
    ZWJ.join(people) for people in product("👨👩🧑", "👨👩🧑", "👧👦🧒") if len({*people}) == 3
]  # fmt: skip
FLAGS: Final = [
    "🏴" + "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls", "ustx", "usca")
]
EMOJI: Final = [
    "🏴‍☠️", "🏳️‍🌈", "❤️‍🔥", "👁️‍🗨️", "👩🏽‍🤝‍👨🏿", "🧑🏾‍⚕️", "🏃‍➡️", "🙂‍↔️", "1️⃣", "🇻🇳", "🐻‍❄️", "🫩", "👍🏿",
]  # fmt: skip
WORDS: Final = [
    f"می{ZWNJ}خواهم", f"علی{ZWNJ}رضا", f"ه{ZWJ}", "ڕۆژ", f"क्{ZWJ}ष", f"क्{ZWNJ}ष", f"র{ZWJ}\u09cdযাব", f"ශ්{ZWJ}රී",
    f"ന്{ZWJ}", "葛\U000e0100城", "דָּוִד", "ᠮᠣᠩᠭᠣᠯ\u180b", "Nguyễn Ánh", "O’Brien", "ก้อง", "ស្រី", "\u06dd١٢",
]  # fmt: skip
"""Words of a dozen scripts, among them such as need a joiner, a selector or a format character."""
INVISIBLE: Final = ["ㅤ", "⠀", "́", "ᅟ", "ᅠ", "ﾠ", "\u200b", "\u200d", "️", "\xad", "\u2060", "͏", "\U000e0061"]
SEVERAL: Final = f"👩{ZWJ}👩{ZWJ}👧 علی{ZWNJ}رضا {FLAGS[0]}"


@pytest.mark.parametrize("name", [*FAMILIES, *FLAGS, *EMOJI, *WORDS, SEVERAL])
def test_what_is_seen_stays_as_it_is_typed(name: str) -> None:
    typed = unicodedata.normalize("NFC", name)
    for around in ("{}", " {} ", "Ana {}", "{} Ana", "{0} {0}", "Ana{}"):
        whole = around.format(typed)
        assert clean(whole, 200) == " ".join(whole.split())
        assert clean(unicodedata.normalize("NFD", whole), 200) == " ".join(whole.split()), "as macOS types it"


@pytest.mark.parametrize(
    "parts", [*product(INVISIBLE, repeat=2)], ids=lambda parts: "-".join(f"{ord(c):x}" for c in parts)
)
def test_an_empty_place_is_no_name(parts: tuple[str, ...]) -> None:
    for typed in (*parts, "".join(parts), " ".join(parts) * 3):
        assert clean(typed, 60) == ""
        data = {"name": typed, "speak": "en", "read": "en", "hear": "en"}
        assert JoinForm.parse(data).errors == {"name": "Type the name that the others will see."}
        assert RoomForm.parse(data).name == "", "a room then has the name of those that are given none"


def characters(*categories: str) -> Iterator[str]:
    """Every character of these categories but private ones and surrogates."""
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(c := chr(code)) in categories:
            yield c


def test_nothing_that_unicode_calls_invisible_passes_alone_or_hides_in_a_name() -> None:
    seen = {c for c in characters("Cf") if clean(c, 60)}
    assert len(seen) <= 13, "the signs that enclose Arabic, Syriac and Kaithi digits"
    for c in characters("Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"):
        if c in seen:
            continue
        assert clean(c * 3, 60) == "", f"U+{ord(c):04X}"
        if unicodedata.category(c)[0] in "CZ":
            assert clean(f"An{c}a", 60) in {"Ana", "An a"}, f"U+{ord(c):04X}"


def test_broken_flags_and_stray_joiners_leave_what_is_whole() -> None:
    england = FLAGS[0]
    assert clean(england[:-1], 60) == "🏴", "without its end"
    assert clean("A" + england[1:], 60) == "A", "without its flag"
    assert clean(f"👩{ZWJ}", 60) == "👩"
    assert clean(f"{ZWJ}👩", 60) == "👩"
    assert clean(f"A{ZWJ}n{ZWNJ}a", 60) == "Ana", "two names of one look are one name"
    assert clean(f"می{ZWNJ * 9}خواهم", 60) == f"می{ZWNJ}خواهم"
    assert clean("  Nguyễn\u202e\x00\t Ánh ", 60) == "Nguyễn Ánh"
    assert clean(b"x", 60) == ""
    assert clean("e" + "\u0301" * 50, 60).startswith("é"), "cut by the page, which clips it"


def test_what_is_too_long_is_refused_and_never_cut() -> None:
    for typed in ("x" * 1_000_000, FAMILIES[0] * 20, FLAGS[0] * 20):
        form = JoinForm.parse({"name": typed, "speak": "en", "read": "en", "hear": "en"})
        assert form.errors == {"name": "Use at most 60 characters."}
        assert len(form.name) <= 240


async def test_a_name_comes_whole_into_token_page_captions_and_files(
    client: httpx.AsyncClient, broker: redis.Redis, settings: WebSettings
) -> None:
    code = await new_room(client, name=SEVERAL, speak="en", read="en", hear="en")
    meta: Any = read(settings, (await token_of(client, code))["token"])["meta"]
    assert meta["name"] == SEVERAL
    config = config_of((await client.get(f"/rooms/{code}/call")).text)
    assert config["name"] == SEVERAL
    say(broker, caption(code, "s1", "Good morning.", speaker=str(config["participant"])))
    await stored(settings, 1)
    assert f'<span class="speaker">{SEVERAL}</span>' in (await client.get(f"/rooms/{code}/call")).text
    assert SEVERAL in (await client.get(f"/rooms/{code}/transcript")).text
    for suffix in ("txt", "srt", "vtt", "json"):
        assert SEVERAL in (await client.get(f"/rooms/{code}/transcript/files/{suffix}?view=original")).text


async def test_keys_and_administrators_have_names_that_are_seen(
    settings: WebSettings, client: httpx.AsyncClient
) -> None:
    await client.get("/")
    engine = create_engine(settings.database_url)
    sessions = create_sessions(engine)
    try:
        for typed in INVISIBLE:
            with pytest.raises(KeyNameError, match="1 to 80 characters"):
                await ApiKeys(sessions).create(typed, ["translate"])
            with pytest.raises(AdminNameError, match="1 to 60 characters"):
                await Admins(sessions).set_password(typed, "long enough, and not known")
        await Admins(sessions).set_password("Ánh", "long enough, and not known")
        decomposed = unicodedata.normalize("NFD", " Ánh")
        assert await Admins(sessions).check(decomposed, "long enough, and not known"), "as macOS types it"
    finally:
        await engine.dispose()
