"""A translation that grows while its sentence is being spoken."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from tasks import growth
from tasks.growth import Growth, continued
from tasks.languages.text import key


@pytest.mark.parametrize(
    ("shown", "translation", "held_back", "after"),
    [
        ("", "A reunião começou às nove", 2, "A reunião começou"),
        ("A reunião começou", "A reunião começou às nove e acabou", 2, "A reunião começou às nove"),
        ("A reunião começou", "O encontro começou às nove", 0, "A reunião começou às nove"),
        ("A reunião teve início", "A reunião começou às nove horas", 0, "A reunião teve início nove horas"),
        ("Sim senhor", "Não", 0, "Sim senhor"),
        ("Sim", "Não, nunca mais", 0, "Sim nunca mais"),
        ("Ele disse", "Ele disse", 2, "Ele disse"),
        ("", "", 2, ""),
    ],
)
def test_what_was_shown_stays_and_what_follows_it_is_added(
    shown: str, translation: str, held_back: int, after: str
) -> None:
    found = continued(shown, translation, held_back=held_back)
    assert found == after
    assert found.startswith(shown)


def test_pieces_are_the_shown_text_once_and_in_order() -> None:
    state, said = Growth(), []
    texts = ["Um", "Um dois", *["Um dois três quatro"] * 2, "Um dois três quatro cinco seis sete"]
    for clause, text in enumerate([*texts, f"{texts[-1]} oito."]):
        over = clause == len(texts)
        before = state.pieces
        state = state.grown(text, clause, f"message-{clause}", over=over, speak=True)
        assert state.pieces - before == bool(state.piece)
        said += [state.piece] if state.piece else []
    assert said == ["Um dois três quatro", "cinco seis sete", "oito."]
    assert " ".join(said) == state.shown


def test_what_is_heard_only_later_is_spoken_from_the_beginning() -> None:
    unheard = Growth().grown("Um dois três quatro", 0, "a", over=False, speak=False)
    heard = unheard.grown("Um dois três quatro cinco", 1, "b", over=True, speak=True)
    assert (heard.piece, heard.pieces) == ("Um dois três quatro cinco", 1)
    assert [key(word) for word in heard.shown.split()] == ["um", "dois", "três", "quatro", "cinco"]


def test_a_clause_is_brought_once_and_none_after_a_later_one(store: redis.Redis) -> None:
    def advance(clause: int, by: str, *, over: bool = False) -> Growth | None:
        def grow(before: Growth) -> Growth:
            return before.grown(f"{before.shown} {by}".strip(), clause, by, over=over, speak=False)

        return growth.advance(store, "s", "pt", clause, by, grow)

    first = advance(0, "a")
    assert first is not None
    assert first.shown == "a"
    assert advance(0, "a") == first, "run again after a crash"
    assert advance(0, "b") is None, "sent again by who went on after a crash"
    third = advance(2, "c")
    assert third is not None
    assert third.shown == "a c"
    assert advance(1, "late") is None
    end = advance(3, "d", over=True)
    assert end is not None
    assert end.over
    assert advance(4, "e") is None
    assert growth.load(store, "s", "pt") == end
    assert store.ttl("jbc:growth:s:pt") > 0


def test_two_workers_at_once_add_one_after_the_other(store: redis.Redis) -> None:
    def add(number: int) -> Growth | None:
        def grow(before: Growth) -> Growth:
            return before.grown(f"{before.shown} w{number}".strip(), number, str(number), over=False, speak=True)

        return growth.advance(store, "s", "pt", number, str(number), grow)

    with ThreadPoolExecutor(8) as pool:
        brought = [state for state in pool.map(add, range(40)) if state is not None]
    texts = sorted((state.shown for state in brought), key=len)
    assert all(longer.startswith(shorter) for shorter, longer in itertools.pairwise(texts))
    assert growth.load(store, "s", "pt").shown == texts[-1]
