"""Embeds, the projector page and the share page as a browser gets them."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from litestar.testing import AsyncTestClient

from app.auth.keyset import KeySet
from app.auth.read_tokens import ReadTokens
from app.embed.style import EmbedStyle, StyleError
from app.main import create_app
from app.settings.web import WebSettings
from ops.harness.web_server import SECRETS, SESSION_COOKIE, csrf_of, new_room

TOKENS = ReadTokens(KeySet(SECRETS["SESSION_SECRET"]))


def policy_of(response: httpx.Response) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))


async def test_an_embed_sets_no_cookie_and_may_load_only_our_files(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    client.cookies.clear()
    page = await client.get(f"/embed/{code}", params={"token": TOKENS.make(code, "pt", timedelta(hours=1))})
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    policy = policy_of(page)
    assert policy["frame-ancestors"] == "*"
    assert {policy[kind] for kind in ("script-src", "style-src", "connect-src")} == {"'self'"}
    assert policy["default-src"] == policy["form-action"] == "'none'"
    assert page.headers["referrer-policy"] == "no-referrer", "the address holds the token"
    assert not re.search(r"<style|\s(style|on\w+)=", page.text)


async def test_sites_that_may_frame_captions_can_be_listed(settings: WebSettings) -> None:
    listed = replace(settings, embed_origins=frozenset({"https://b.example", "https://a.example"}))
    async with AsyncTestClient(create_app(listed)) as client:
        policy = policy_of(await client.get("/embed/none"))
    assert policy["frame-ancestors"] == "'self' https://a.example https://b.example"


async def test_what_is_wrong_is_said_within_the_frame(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    token = TOKENS.make(code, "pt", timedelta(hours=1))
    old = TOKENS.make(code, "pt", timedelta(hours=-1))
    for query, status, words in (
        ({"token": token, "size": "9000"}, 400, "size must be a whole number from 10 to 200."),
        ({"token": token, "color": "red;}"}, 400, "color must be 3, 4, 6 or 8 hexadecimal digits"),
        ({"token": old}, 403, "ask somebody in the room for a new one"),
        ({}, 403, "copy it again, whole"),
    ):
        page = await client.get(f"/embed/{code}", params=query)
        assert (page.status_code, words in html.unescape(page.text)) == (status, True), query
        assert policy_of(page)["frame-ancestors"] == "*"
    for path in (f"/embed/{code}", f"/rooms/{code}/projector"):
        answer = await client.get(path, params={"token": old}, headers={"accept": "text/html"})
        problem = html.unescape(answer.text)
        assert "This link does not work" in problem
        assert "ask somebody in the room for a new one" in problem
        assert "This form" not in problem
    assert (await client.get("/embed/abcd-efgh-jkmn", params={"token": token})).status_code == 404


@pytest.mark.parametrize(
    ("query", "rules"),
    [
        ({"size": "40", "align": "center"}, ["--size:40px", "--align:center", "color-scheme:light dark"]),
        ({"color": "#FFCC00", "background": "00000080"}, ["--ink:#ffcc00", "--back:#00000080"]),
        ({"lines": "2", "shadow": "on"}, [":nth-last-child(n+3 of ", "text-shadow:"]),
        ({"theme": "dark", "unknown": "x", "token": "y"}, ["color-scheme:dark"]),
    ],
)
async def test_parameters_become_a_stylesheet(
    client: httpx.AsyncClient, query: dict[str, str], rules: list[str]
) -> None:
    sheet = await client.get("/embed.css", params=query)
    assert sheet.headers["content-type"].startswith("text/css")
    for rule in rules:
        assert rule in sheet.text
    assert EmbedStyle.parse(parse_qs_first(EmbedStyle.parse(query).query())) == EmbedStyle.parse(query)


def parse_qs_first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def test_a_transparent_frame_has_no_scheme_that_would_paint_it() -> None:
    css = EmbedStyle.parse({"background": "transparent"}).css()
    assert "--back:transparent" in css
    assert "color-scheme" not in css


@pytest.mark.parametrize("name", ["size", "lines", "color", "background", "align", "font", "theme", "original"])
def test_nothing_that_is_sent_reaches_the_stylesheet_unchecked(name: str) -> None:
    for value in ("1}body{", "url(//evil)", "-1", "1e9!", "²"):
        with pytest.raises(StyleError, match=name):
            EmbedStyle.parse({name: value})


async def test_participants_make_links_that_work_for_others(client: httpx.AsyncClient) -> None:
    code = await new_room(client, read="en")
    page = (await client.get(f"/rooms/{code}/share")).text
    assert f'value="http://calls.example/rooms/{code}"' in page
    assert page.count("<svg") == 1
    assert re.search(r'<option value="en"[^>]* selected', page)
    form = {"_csrf_token": csrf_of(client), "lang": "pt", "lifetime": "hour"}
    made = await client.post(f"/rooms/{code}/share", data=form)
    assert made.headers["cache-control"] == "no-store"
    values = {
        name: html.unescape(value) for name, value in re.findall(r'<input id="([\w-]+)"[^>]*value="([^"]*)"', made.text)
    }
    token = parse_qs(urlsplit(values["feed"]).query)["token"][0]
    known = TOKENS.read(token, code)
    assert (known.language, round(known.expires - known.issued)) == ("pt", 3_600)
    assert values["frame"].startswith(f'<iframe src="http://calls.example/embed/{code}?token=')
    assert made.text.count("<svg") == 2
    over_a_picture = parse_qs(urlsplit(values["obs"]).query)
    assert (over_a_picture["background"], over_a_picture["lines"]) == (["transparent"], ["2"])
    client.cookies.clear()
    for name in ("page", "obs", "projector"):
        assert (await client.get(values[name])).status_code == 200, name


async def test_the_share_page_is_for_participants_and_keeps_wrong_choices_out(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    form = {"_csrf_token": csrf_of(client), "lang": "xx", "lifetime": "century"}
    wrong = await client.post(f"/rooms/{code}/share", data=form)
    assert wrong.status_code == 422
    assert "Choose how long the links work." in wrong.text
    client.cookies.delete(SESSION_COOKIE)
    for path in (f"/rooms/{code}/share", f"/rooms/{code}/projector"):
        assert (await client.get(path)).headers["location"] == f"/rooms/{code}"
    outside = await client.post(f"/rooms/{code}/share", data=form | {"lang": "pt", "lifetime": "hour"})
    assert outside.headers["location"] == f"/rooms/{code}"
