"""Transcripts: read, searched, taken along, corrected. On both databases."""

from __future__ import annotations

import asyncio
import html
import re
from urllib.parse import unquote

import httpx
import pytest
import redis
from msgspec import structs
from redis.asyncio import Redis
from sqlalchemy import event, select, update

from app.db import create_engine, create_sessions
from app.settings.web import WebSettings
from app.tables import Room, StoredCaption
from app.transcripts.exports import attachment
from app.transcripts.lines import in_lines
from app.transcripts.search import fold, marked
from app.transcripts.service import Transcripts
from ops.harness.captions import caption, say, stored
from ops.harness.web_server import SESSION_COOKIE, csrf_of, join_form, new_room
from tasks.wire.messages import Timeline, sentence_id, sentence_number
from tests.support.feeds import WITHIN
from tests.web.test_pages import config_of


@pytest.fixture
async def code(client: httpx.AsyncClient, broker: redis.Redis, settings: WebSettings) -> str:
    """A room in which Ana has said two things, of which one is translated."""
    code = await new_room(client, name="Ana", speak="en", read="pt")
    speaker = str(config_of((await client.get(f"/rooms/{code}/call")).text)["participant"])
    say(broker, caption(code, "s1", "The library & its café open in March.", speaker=speaker))
    say(broker, caption(code, "s1", "A biblioteca e o café abrem em março.", language="pt", speaker=speaker))
    say(broker, caption(code, "s2", "Any questions?", speaker=speaker, seq=1))
    await stored(settings, 3)
    return code


def texts_of(page: str) -> list[str]:
    """The texts of a transcript's lines, in order."""
    found = re.findall(r'<div class="text[^"]*" id="c-\d+"[^>]*>\s*<p>(.*?) <a class="edit"', page, re.DOTALL)
    return [html.unescape(re.sub(r"</?mark>", "", text)) for text in found]


async def test_a_transcript_shows_the_original_the_translation_or_both(client: httpx.AsyncClient, code: str) -> None:
    english, portuguese = "The library & its café open in March.", "A biblioteca e o café abrem em março."
    for view, texts in (
        ("both", [portuguese, english, "Any questions?"]),
        ("original", [english, "Any questions?"]),
        ("translated", [portuguese, "Any questions?"]),
    ):
        page = await client.get(f"/rooms/{code}/transcript", params={"view": view})
        assert texts_of(page.text) == texts
    assert "is deleted 30 days after" in page.text


def test_sentences_of_one_stretch_of_speech_are_in_their_order_once_each() -> None:
    same = Timeline(speech_start=5.0, speech_end=9.0, closed=9.4)  # a recogniser that knows no times of words

    def stored_caption(sentence: int, language: str, timeline: Timeline = same) -> StoredCaption:
        return StoredCaption(
            segment=sentence_id("a1b2-7", sentence), language=language, speaker="ana", seq=7, source_language="pt",
            text=f"{language} {sentence}", timeline=timeline,
        )  # fmt: skip

    later = Timeline(speech_start=6.0, speech_end=9.0, closed=9.4)
    captions = [stored_caption(11, "en"), stored_caption(2, "pt"), stored_caption(12, "pt", later)]
    captions += [stored_caption(0, "pt"), stored_caption(11, "pt"), stored_caption(2, "en"), stored_caption(1, "pt")]
    lines = in_lines(captions, {}, "?")
    assert [line.segment for line in lines] == ["a1b2-7", "a1b2-7.1", "a1b2-7.2", "a1b2-7.11", "a1b2-7.12"]
    assert [(line.translation.text if line.translation else "") for line in lines] == ["", "", "en 2", "en 11", ""]
    assert [sentence_number(name) for name in ("a1b2-7", "a1b2-7.12", "room.anna", "7", ".")] == [0, 12, 0, 0, 0]


async def test_a_search_finds_words_whatever_their_case_and_accents(client: httpx.AsyncClient, code: str) -> None:
    page = (await client.get(f"/rooms/{code}/transcript", params={"q": "MARCO"})).text
    assert "em <mark>março</mark>." in page
    assert texts_of(page) == ["A biblioteca e o café abrem em março.", "The library & its café open in March."]
    assert 'hx-trigger="every' not in page, "a search stands still"
    assert "0 lines with" in (await client.get(f"/rooms/{code}/transcript", params={"q": "<script>"})).text


def test_marks_fit_letters_that_fold_into_several() -> None:
    assert marked("Straße & Đồng", "dong") == "Straße &amp; <mark>Đồng</mark>"
    assert marked("ﬁn Straße", "strasse") == "ﬁn <mark>Straße</mark>"
    assert fold("BÌNH") == "binh"


@pytest.mark.parametrize(
    ("typed", "said", "found"),
    [
        ("don't", "I don\u2019t know", "don\u2019t"),
        ("rock 'n' roll", "Rock \u2018n\u2019 roll", "Rock \u2018n\u2019 roll"),
        ("e-mail", "an e\u2011mail", "e\u2011mail"),
        ("10-15", "from 10\u201315 on", "10\u201315"),
        ('"yes"', "She said \u201cYes\u201d", "\u201cYes\u201d"),
        ("oresund", "The Øresund bridge", "Øresund"),
        ("lodz", "in Łódź", "Łódź"),
        ("curacao", "Curaçao", "Curaçao"),
        ("5 000", "5\u202f000 people", "5\u202f000"),
        ("coop", "the co\u00adop", "co\u00adop"),
        ("1/2", "½ a cup", "½"),
        ("don\u2019t", "Don't", "Don't"),
        ("\u0645\u06cc\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),
    ],
)
def test_words_are_found_however_a_keyboard_writes_them(typed: str, said: str, found: str) -> None:
    assert fold(typed) in fold(said)
    assert f"<mark>{found}</mark>" in html.unescape(marked(said, typed))
    assert html.unescape(marked(said, "zzz")) == said


@pytest.mark.parametrize(
    ("name", "plain", "own"),
    [
        ("Team / Q1", "team-q1", ""), ("Họp nhóm", "hop-nhom", ""), ("Reunião às 9", "reuniao-as-9", ""),
        ("Łódź", "lodz", ""), ("", "transcript", ""), ("...", "transcript", ""), ("😀", "transcript", ""),
        ("a\"; b\r\nX: y", "a-b-x-y", ""), ("x" * 200, "x" * 60, ""),
        ("会議", "transcript", "会議"), ("اجتماع", "transcript", "اجتماع"), ("פגישה 2", "2", "פגישה-2"),
        ("การประชุม", "transcript", "การประชุม"), ("Q1 Встреча", "q1", "q1-встреча"), ("../会", "transcript", "会"),
    ],
)  # fmt: skip
def test_a_file_is_named_after_its_room_in_every_script(name: str, plain: str, own: str) -> None:
    header = attachment(Room(name=name), "pt", "translated", "srt")
    first, _, second = header.partition("; filename*=UTF-8''")
    assert first == f'attachment; filename="{plain}.pt.srt"'
    assert unquote(second) == (f"{own}.pt.srt" if own else "")
    assert header.isascii()
    assert header.isprintable()


async def test_what_was_typed_is_marked_in_the_transcript_and_in_every_file(
    client: httpx.AsyncClient, broker: redis.Redis, settings: WebSettings
) -> None:
    code = await new_room(client, name="Ana", speak="en", read="pt")
    speaker = str(config_of((await client.get(f"/rooms/{code}/call")).text)["participant"])
    at = Timeline(speech_start=100.0, speech_end=100.0, closed=100.0)
    text = "Read https://example.org/a & more of it, which takes two seconds or so."
    for each in (
        caption(code, "t1", text, speaker=speaker, engine="", timeline=at),
        caption(code, "t1", "Leia https://example.org/a.", language="pt", speaker=speaker, timeline=at),
    ):
        say(broker, structs.replace(each, typed=True))
    await stored(settings, 2)
    page = (await client.get(f"/rooms/{code}/transcript", params={"q": "leia"})).text
    assert page.count('<span class="typed">typed</span>') == 1
    assert re.search(
        r'<mark>Leia</mark> <a href="https://example.org/a" target="_blank" rel="noopener[^>]*>https:', page
    )

    async def file(suffix: str, **query: str) -> httpx.Response:
        return await client.get(f"/rooms/{code}/transcript/files/{suffix}", params={"view": "original", **query})

    assert (await file("txt")).text == f"[00:00] Ana (typed): {text}\n"
    cue = f"1\n00:00:00,000 --> 00:00:0{len(text) / 15:.3f}".replace(".", ",")
    assert (await file("srt")).text == f"{cue}\nAna (typed): {text}\n\n", "it stays until it is read"
    assert f"<v Ana (typed)>{text}".replace("&", "&amp;") in (await file("vtt")).text
    assert (await file("json")).json()["lines"][0]["typed"] is True
    form = {"_csrf_token": csrf_of(client), "sure": "1"}
    assert (await client.post(f"/rooms/{code}/transcript/own/delete", data=form)).status_code == 303
    assert await stored(settings, 0) == [], "typed words are one's own, too"


async def test_a_transcript_can_be_taken_along(client: httpx.AsyncClient, code: str) -> None:
    async def file(suffix: str, view: str) -> httpx.Response:
        answer = await client.get(f"/rooms/{code}/transcript/files/{suffix}", params={"view": view})
        assert answer.status_code == 200
        return answer

    text = await file("txt", "original")
    assert text.text == "[00:00] Ana: The library & its café open in March.\n[00:00] Ana: Any questions?\n"
    assert text.headers["content-disposition"] == 'attachment; filename="test.original.txt"'
    assert (await file("srt", "translated")).text.startswith(
        "1\n00:00:00,000 --> 00:00:02,000\nAna: A biblioteca e o café abrem em março.\n\n2\n"
    )
    bilingual = await file("vtt", "both")
    assert bilingual.headers["content-type"].startswith("text/vtt")
    assert bilingual.text.startswith(
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n<v Ana>A biblioteca e o café abrem em março.\n"
        "<i>The library &amp; its café open in March.</i>\n\n"
    )
    first = (await file("json", "both")).json()["lines"][0]
    assert (first["speaker"], first["seconds"]) == ("Ana", 2.0)
    assert first["translation"]["text"] == "A biblioteca e o café abrem em março."
    assert (await client.get(f"/rooms/{code}/transcript/files/exe")).status_code == 404


async def test_a_correction_stands_beside_what_was_heard_and_reaches_every_reader(
    client: httpx.AsyncClient, code: str, settings: WebSettings
) -> None:
    page = (await client.get(f"/rooms/{code}/transcript")).text
    number = re.findall(r'id="c-(\d+)"', page)[1]
    after = re.search(r"after=([-\w]+)", page)
    assert after
    path = f"/rooms/{code}/transcript/lines/{number}"
    form = (await client.get(path, params={"edit": "1"})).text
    assert "<textarea" in form
    for text, status in (("  ", 422), ("x" * 2_001, 422), ("The library & its coffee bar open in May.", 303)):
        answer = await client.post(path, data={"_csrf_token": csrf_of(client), "text": text})
        assert answer.status_code == status
    assert answer.headers["location"].endswith(f"#c-{number}")
    page = (await client.get(f"/rooms/{code}/transcript")).text
    assert "The library & its coffee bar open in May." in texts_of(page)
    assert "Corrected by Ana" in page
    assert "<q>The library &amp; its café open in March.</q>" in page
    original = (await client.get(f"/rooms/{code}/transcript/files/json")).json()["lines"][0]["original"]
    assert (original["heard"], original["corrections"][0]["by"]) == ("The library & its café open in March.", "Ana")
    engine = create_engine(settings.sqlalchemy_url)  # the store moves it to where readers look for what is new
    async with asyncio.timeout(WITHIN), create_sessions(engine)() as session:
        newest = select(StoredCaption.id).order_by(StoredCaption.event_id.desc()).limit(1)
        while await session.scalar(newest) != int(number):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await engine.dispose()
    fresh = await client.get(f"/rooms/{code}/transcript/new", params={"after": after[1]})
    assert re.search(rf'id="c-{number}"[^>]*hx-swap-oob="true"', fresh.text)
    again = re.search(r"after=([-\w]+)", fresh.text)
    assert again
    assert (await client.get(f"/rooms/{code}/transcript/new", params={"after": again[1]})).status_code == 204
    call = (await client.get(f"/rooms/{code}/call")).text
    assert "The library &amp; its coffee bar open in May.</p>" in call


async def test_transcripts_are_for_those_who_took_part_even_when_the_room_is_closed(
    client: httpx.AsyncClient, code: str, settings: WebSettings
) -> None:
    engine = create_engine(settings.sqlalchemy_url)
    async with create_sessions(engine).begin() as session:
        await session.execute(update(Room).values(closed_at=Room.created_at))
    await engine.dispose()
    page = (await client.get(f"/rooms/{code}/transcript")).text
    assert len(texts_of(page)) == 3
    assert 'hx-trigger="every' not in page
    number = re.findall(r'id="c-(\d+)"', page)[0]
    client.cookies.delete(SESSION_COOKIE)
    other = await new_room(client)
    for path in (f"/rooms/{code}/transcript", f"/rooms/{code}/transcript/files/txt"):
        assert (await client.get(path)).headers["location"] == f"/rooms/{code}"
    line = {"_csrf_token": csrf_of(client), "text": "mine"}
    assert (await client.post(f"/rooms/{code}/transcript/lines/{number}", data=line)).status_code == 403
    assert (await client.post(f"/rooms/{other}/transcript/lines/{number}", data=line)).status_code == 404
    assert (await client.get(f"/rooms/{code}/transcript/new", headers={"accept": "*/*"})).status_code == 403


async def test_anybody_who_took_part_may_correct_and_earlier_corrections_stay(
    client: httpx.AsyncClient, code: str
) -> None:
    number = re.findall(r'id="c-(\d+)"', (await client.get(f"/rooms/{code}/transcript")).text)[-1]
    path = f"/rooms/{code}/transcript/lines/{number}"
    await client.post(path, data={"_csrf_token": csrf_of(client), "text": "Any question?", "seen": "0"})
    seen = seen_in((await client.get(path, params={"edit": "1"})).text)
    client.cookies.delete(SESSION_COOKIE)
    await client.post(f"/rooms/{code}/join", data=join_form(csrf_of(client), name="Rui"))
    htmx = {"hx-request": "true"}
    cell = await client.post(
        path, data={"_csrf_token": csrf_of(client), "text": "Questions?", "seen": seen}, headers=htmx
    )
    assert cell.text.lstrip().startswith(f'<div class="text" id="c-{number}"')
    for part in ("Corrected by Rui", "<q>Any questions?</q>", "Before that, Ana made it:", "<q>Any question?</q>"):
        assert part in cell.text


def seen_in(page: str) -> str:
    """The correction that a form has before it."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("by", ["htmx", "form"])
@pytest.mark.parametrize("rounds", [1, 3])
async def test_who_corrects_a_line_that_was_corrected_meanwhile_is_told(
    client: httpx.AsyncClient, code: str, by: str, rounds: int
) -> None:
    headers = {"hx-request": "true"} if by == "htmx" else {}
    number = re.findall(r'id="c-(\d+)"', (await client.get(f"/rooms/{code}/transcript")).text)[-1]
    path = f"/rooms/{code}/transcript/lines/{number}"
    ana = dict(client.cookies)
    old = seen_in((await client.get(path, params={"edit": "1"})).text)
    client.cookies.delete(SESSION_COOKIE)
    await client.post(f"/rooms/{code}/join", data=join_form(csrf_of(client), name="Rui <i>"))

    async def post(text: str, seen: str) -> httpx.Response:
        data = {"_csrf_token": csrf_of(client), "text": text, "seen": seen}
        return await client.post(path, data=data, headers=headers)

    seen = old
    for number_of in range(rounds):
        await post(f"Rui's {number_of} & text", seen)
        seen = seen_in((await client.get(path, params={"edit": "1"})).text)
    client.cookies.set(SESSION_COOKIE, ana[SESSION_COOKIE])
    told = await post("Ana's text", old)
    assert told.status_code == (200 if by == "htmx" else 422)
    words = html.unescape(told.text)
    assert f"Rui <i> has corrected this line meanwhile: “Rui's {rounds - 1} & text”" in words
    assert ">Ana's text</textarea>" in words  # what she typed is not lost
    assert seen_in(told.text) == seen
    page = html.unescape((await client.get(f"/rooms/{code}/transcript")).text)
    assert f"Rui's {rounds - 1} & text" in page
    assert "Ana's text" not in page
    empty = await post(" ", old)  # another mistake does not make what she saw any newer
    assert seen_in(empty.text) == old
    await post("Ana's text", seen)  # she has seen it now
    page = html.unescape((await client.get(f"/rooms/{code}/transcript")).text)
    assert "Ana's text" in page
    assert f"Before that, Rui <i> made it: <q>Rui's {rounds - 1} & text</q>" in page


async def test_of_many_corrections_at_once_one_counts_and_the_others_are_told(
    client: httpx.AsyncClient, code: str
) -> None:
    number = re.findall(r'id="c-(\d+)"', (await client.get(f"/rooms/{code}/transcript")).text)[-1]
    path = f"/rooms/{code}/transcript/lines/{number}"
    forms = [{"_csrf_token": csrf_of(client), "text": f"text {one}", "seen": "0"} for one in range(12)]
    answers = await asyncio.gather(*(client.post(path, data=form) for form in forms))
    assert sorted(answer.status_code for answer in answers) == [303] + [422] * 11
    for wrong in ("", "x", "-1", "9" * 18, "9" * 40, "1.5", " 0", "٣"):
        told = await client.post(path, data=forms[0] | {"text": "other", "seen": wrong})
        assert told.status_code == 422, wrong


def after_in(page: str) -> str:
    """Where a page goes on to ask."""
    found = re.search(r"after=([-\w]+)", page)
    assert found
    return found[1]


async def test_an_open_page_is_sent_what_is_new_and_a_translation_that_comes_later(
    client: httpx.AsyncClient, broker: redis.Redis, code: str, settings: WebSettings
) -> None:
    async def new(after: str) -> str:
        answer = await client.get(f"/rooms/{code}/transcript/new", params={"after": after, "zero": "1.0"})
        return answer.text if answer.status_code == 200 else ""

    opened = after_in((await client.get(f"/rooms/{code}/transcript")).text)
    say(broker, caption(code, "s3", "Yes, one.", seq=2))
    await stored(settings, 4)
    said = await new(opened)
    assert texts_of(said) == ["Yes, one."]
    assert "hx-swap-oob" not in said
    say(broker, caption(code, "s3", "Sim, uma.", language="pt", seq=2))
    await stored(settings, 5)
    translated = await new(after_in(said))
    assert re.findall(r'<li class="line" id="([^"]+)" hx-swap-oob="true">', translated) == ["l-s3"]
    assert texts_of(translated) == ["Sim, uma.", "Yes, one."]
    assert await new(after_in(translated)) == ""


async def test_what_an_open_page_costs_does_not_grow_with_the_transcript(
    client: httpx.AsyncClient, code: str, settings: WebSettings
) -> None:
    """Thirty tabs that read everything again with every line took a core of the process that sends captions."""
    opened = after_in((await client.get(f"/rooms/{code}/transcript")).text)
    assert (await client.get(f"/rooms/{code}/transcript/new", params={"after": opened})).status_code == 204
    engine = create_engine(settings.sqlalchemy_url)
    rows: list[int] = []
    transcripts = Transcripts(Redis.from_url(settings.tasks.redis_url), create_sessions(engine))
    async with create_sessions(engine)() as session:
        room = (await session.scalars(select(Room).where(Room.code == code))).one()
        newest = sorted(await session.scalars(select(StoredCaption.event_id)))

    def count(*_: object) -> None:
        rows.append(1)

    event.listen(StoredCaption, "load", count)
    try:
        found = await transcripts.since(room, "pt", newest[-2], 1.0)
    finally:
        event.remove(StoredCaption, "load", count)
    assert [line.segment for line in found.lines] == ["s2"]
    assert len(rows) == 1, "it has read lines that the page has"
    await engine.dispose()
