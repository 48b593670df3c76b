from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import redis

from tasks import publish
from tasks.wire import keys
from tasks.wire.captions import publish_interim
from tasks.wire.messages import Caption, NoClip, Timeline, decode_clip_event
from tests.support.channels import captions, listen, stream
from tests.tasks.messages import segment


def caption(name: str, *, final: bool = True, text: str = "Olá.") -> Caption:
    return Caption(
        segment=name,
        room="room",
        speaker="anna",
        seq=0,
        language="pt",
        source_language="en",
        text=text,
        final=final,
        engine="test",
        timeline=Timeline(speech_start=0, speech_end=1, closed=2),
    )


def test_a_final_caption_is_published_once_and_its_owner_may_go_on(store: redis.Redis) -> None:
    assert publish.final_caption(store, caption("a"), "message-1")
    assert publish.final_caption(store, caption("a"), "message-1"), "the same message, run again after a crash"
    assert not publish.final_caption(store, caption("a", text="Oi."), "message-2")
    assert [found.text for _, found in stream(store)] == ["Olá."]


def test_the_stream_and_the_channel_have_the_same_order(store: redis.Redis) -> None:
    names = [f"s{number}" for number in range(200)]
    with listen(store, keys.captions_channel("room")) as channel:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: publish.final_caption(store, caption(name), name), names))
        live = channel.take(200)
    heard = [
        (message.split(b" ", 1)[0].rpartition(b"-")[0], found)
        for message, found in zip(live, captions(live), strict=True)
    ]
    assert heard == stream(store)


def test_an_interim_caption_never_follows_the_final_one(store: redis.Redis) -> None:
    with listen(store, keys.captions_channel("room")) as channel:
        assert publish_interim(store, caption("a", final=False, text="Ol"))
        assert publish.final_caption(store, caption("a"), "message-1")
        assert not publish_interim(store, caption("a", final=False, text="Olá a"))
        live = channel.take(2)
        assert channel.waiting() == []
    assert live[0].startswith(b"- ")
    assert [found.final for found in captions(live)] == [False, True]


def test_no_clip_reaches_the_bridge_of_the_segment(store: redis.Redis) -> None:
    with listen(store, keys.clips_channel("bridge")) as channel:
        publish.no_clip(store, segment("a"), [], "nobody listens")
        publish.no_clip(store, segment("a"), ["pt"], "no voice")
        event = decode_clip_event(channel.next())
    assert isinstance(event, NoClip)
    assert (event.segment, event.languages, event.reason) == ("a", ["pt"], "no voice")
