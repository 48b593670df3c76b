from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from prometheus_client import REGISTRY
from redis.backoff import NoBackoff
from redis.retry import Retry

from tasks import broker, cache, cached_speech, cached_translation
from tasks.engines.base import Audio
from tasks.engines.translation.glossary import Term
from tasks.engines.tts.espeak.voice import Espeak
from tasks.wire import cache as entries
from tasks.wire import keys
from tests.support.fake_cloner import FakeCloner
from tests.support.translators import bergamot

LIMIT = 1_000_000


@pytest.fixture(autouse=True)
def small(store: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty Redis, and room for 1 MB of audio and of translations."""
    assert store.dbsize() == 0
    monkeypatch.setenv("CACHE_AUDIO_MB", "1")
    monkeypatch.setenv("CACHE_TRANSLATION_MB", "1")


WITHIN = 0.005
"""Seconds that something cached may take."""
TRIES = 10


def quickest(work: Callable[[], object]) -> float:
    """Seconds of the quickest of `TRIES`: the others tell of what else the machine does."""
    took = []
    for _ in range(TRIES):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    print(f"cached: {min(took) * 1000:.1f} ms")
    return min(took)


def lookups(kind: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("jbc_cache_lookups_total", {"kind": kind, "outcome": outcome}) or 0


def total(store: redis.Redis, kind: str = "audio") -> int:
    return int(store.get(keys.cache_total(kind)) or 0)


def test_what_is_put_is_got_and_counted() -> None:
    hits, misses = lookups("audio", "hit"), lookups("audio", "miss")
    assert cache.get("audio", ("voice", "text")) is None
    assert cache.put("audio", ("voice", "text"), b"\x00\xff")
    assert cache.get("audio", ("voice", "text")) == b"\x00\xff"
    assert cache.get("translation", ("voice", "text")) is None, "the caches are apart"
    assert (lookups("audio", "hit") - hits, lookups("audio", "miss") - misses) == (1, 1)


@pytest.mark.parametrize(
    "other", [("a", "bc", 1), ("ab", "c", 2), ("ab", "c"), ("ab", "c", "1"), ("abc", 1), ("ab", ("c", 1))]
)
def test_any_difference_in_the_parts_is_another_entry(other: tuple[entries.Part, ...]) -> None:
    cache.put("audio", ("ab", "c", 1), b"x")
    assert cache.get("audio", other) is None


def test_the_least_recently_used_goes_first_and_the_size_is_kept(store: redis.Redis) -> None:
    for number in range(9):
        assert cache.put("audio", (number,), b"x" * 100_000)
    assert cache.get("audio", (0,)) is not None
    for number in range(9, 12):
        assert cache.put("audio", (number,), b"x" * 100_000)
    there = [number for number in range(12) if cache.get("audio", (number,)) is not None]
    assert there == [0, 4, 5, 6, 7, 8, 9, 10, 11]
    assert total(store) == 9 * (100_000 + entries.ENTRY_OVERHEAD_BYTES) <= LIMIT


def test_the_books_are_right_after_many_writers(store: redis.Redis) -> None:
    def write(number: int) -> None:
        cache.put("audio", (number % 50,), os.urandom(1 + number * 97 % 60_000), tag=f"voice{number % 3}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(400)))
    there = list(store.scan_iter(keys.cached("audio", "*")))
    assert total(store) == sum(store.strlen(entry) + entries.ENTRY_OVERHEAD_BYTES for entry in there) <= LIMIT
    assert store.zcard(keys.cache_index("audio")) == store.hlen(keys.cache_sizes("audio")) == len(there) > 10
    tagged = sum(store.scard(tag) for tag in store.scan_iter(keys.cache_tag("audio", "*")))
    assert tagged == len(there)


def test_what_would_fill_the_cache_is_not_stored(store: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not cache.put("audio", ("large",), b"x" * 600_000)
    monkeypatch.setenv("CACHE_AUDIO_MB", "0")
    assert not cache.put("audio", ("small",), b"x")
    assert store.dbsize() == 0


def test_an_entry_replaced_counts_once(store: redis.Redis) -> None:
    cache.put("audio", ("a",), b"x" * 1000, tag="voice1")
    cache.put("audio", ("a",), b"y" * 10)
    assert cache.get("audio", ("a",)) == b"y" * 10
    assert total(store) == 10 + entries.ENTRY_OVERHEAD_BYTES
    assert entries.forget(store, "audio", "voice1") == 0


def test_an_entry_lives_for_a_day_and_one_that_expired_makes_room(store: redis.Redis) -> None:
    cache.put("audio", ("a",), b"x" * 400_000)
    (entry,) = store.scan_iter(keys.cached("audio", "*"))
    assert 0 < store.ttl(entry) <= entries.MAX_AGE_SECONDS
    store.delete(entry)  # as its expiry would
    assert cache.get("audio", ("a",)) is None
    for number in range(3):
        cache.put("audio", (number,), b"x" * 400_000)
    assert total(store) == 2 * (400_000 + entries.ENTRY_OVERHEAD_BYTES)


def test_everything_of_a_voice_can_be_forgotten(store: redis.Redis) -> None:
    cache.put("audio", ("a",), b"1", tag="voice1")
    cache.put("audio", ("b",), b"2", tag="voice1")
    cache.put("audio", ("c",), b"3", tag="voice2")
    assert entries.forget(store, "audio", "voice1") == 2
    assert [cache.get("audio", (name,)) for name in "abc"] == [None, None, b"3"]
    assert total(store) == 1 + entries.ENTRY_OVERHEAD_BYTES


def test_without_redis_everything_is_a_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = redis.Redis(port=1, retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(broker.current(), "store", unreachable)
    before = REGISTRY.get_sample_value("jbc_cache_failures_total", {"kind": "audio"}) or 0
    assert cache.get("audio", ("a",)) is None
    assert not cache.put("audio", ("a",), b"x")
    assert REGISTRY.get_sample_value("jbc_cache_failures_total", {"kind": "audio"}) == before + 2
    with pytest.raises(redis.ConnectionError):
        entries.forget(broker.store(), "audio", "voice1")


def test_a_translation_is_made_once_until_anything_changes_it() -> None:
    hits = lookups("translation", "hit")
    glossary = [Term("board", "Diretoria")]

    def translate(text: str = "The board met.", glossary: list[Term] = glossary) -> str:
        return cached_translation.translate(bergamot(), text, "en", "pt", glossary).text

    first = translate()
    assert "Diretoria" in first
    assert quickest(translate) < WITHIN
    assert translate(glossary=[*glossary, Term("plan", "Projeto")]) == first, (
        "a term that does not occur changes nothing"
    )
    assert lookups("translation", "hit") - hits == TRIES + 1
    assert "Mesa" in translate(glossary=[Term("board", "Mesa")])
    assert translate("The board left.") != first
    assert lookups("translation", "hit") - hits == TRIES + 1


def test_a_phrase_is_spoken_once_until_anything_changes_it() -> None:
    hits = lookups("audio", "hit")
    engine = Espeak()

    def speak(clause: str = "Good morning.", language: str = "en", voice: str | None = None) -> Audio:
        (piece,) = cached_speech.speak(engine, clause, language, voice)
        assert piece.last
        return piece.audio

    first = speak()
    assert speak() == first == engine.speak("Good morning.", "en")
    assert quickest(speak) < WITHIN
    assert speak(voice="en-us") == first, "the default voice by its name"
    assert lookups("audio", "hit") - hits == TRIES + 2
    assert len({first.pcm, speak("Good evening.").pcm, speak(language="pt").pcm, speak(voice="en-us+f3").pcm}) == 4
    engine.fingerprint = "another version"
    speak()
    assert lookups("audio", "hit") - hits == TRIES + 2


def test_what_was_spoken_in_a_cloned_voice_is_kept_only_while_the_voice_is_there(store: redis.Redis) -> None:
    engine = FakeCloner()

    def speak(voice: str, latents: bytes = b"330") -> list[Audio]:
        return list(cached_speech.speak_as(engine, "This is me.", "en", voice=voice, latents=latents))

    for voice in ("ana", "bo"):
        store.set(keys.voice_reference(voice), b"recording")
    assert speak("ana") == speak("ana") == speak("bo")
    assert engine.spoken == 2, "a voice's clauses are its own"
    speak("ana", b"440")
    assert engine.spoken == 3
    assert entries.forget(store, "audio", "ana") == 2
    assert list(store.scan_iter(keys.cache_tag("audio", "*"))) == [keys.cache_tag("audio", "bo").encode()]
    store.delete(keys.voice_reference("bo"))  # its owner deletes it while the worker speaks
    assert speak("bo", b"440")
    assert total(store) == 0
