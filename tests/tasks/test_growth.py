"""A translation that grows while its sentence is being spoken."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from tasks import growth
from tasks.growth import MAX_PIECE_WORDS, Growth, Piece, Step, continued, unfinished
from tasks.wire import keys
from tasks.wire.messages import Timeline, encode

SENTENCE = (
    "A reunião começou às nove horas e a diretora disse que o orçamento da nova escola não chegava para todos os "
    "alunos."
)


def step(clause: int, by: str = "b") -> Step:
    """A clause that ended so many seconds after the start of the clock."""
    return Step(clause, by, Timeline(speech_start=0.0, speech_end=float(clause), closed=float(clause)))


@pytest.mark.parametrize(
    ("shown", "translation", "before", "after"),
    [
        ("", "A reunião começou às nove,", "", "A"),
        ("A reunião", "A reunião começou às nove e acabou,", "A reunião começou", "A reunião começou"),
        (
            "A reunião",
            "A reunião começou às nove e acabou,",
            "A reunião começou às nove e meia,",
            "A reunião começou às nove e",
        ),
        ("A reunião começou", "O encontro começou às nove", None, "A reunião começou às nove"),
        ("A reunião teve início", "A reunião começou às nove horas", None, "A reunião teve início nove horas"),
        ("Sim senhor", "Não", None, "Sim senhor"),
        ("Sim", "Não, nunca mais", None, "Sim nunca mais"),
        ("Ele disse", "Ele disse,", "Ele disse,", "Ele disse"),
        ("", "", "", ""),
    ],
)
def test_what_was_shown_stays_and_what_follows_it_is_added(
    shown: str, translation: str, before: str | None, after: str
) -> None:
    found = continued(shown, translation, before)
    assert found == after
    assert found.startswith(shown)


def test_the_last_word_waits_even_where_it_was_there_before() -> None:
    assert continued("Um", "Um dois três", "Um dois três quatro") == "Um dois"


def test_pieces_are_the_shown_text_once_and_in_order() -> None:
    said: list[str] = []
    state, words = Growth(), SENTENCE.split()
    for count in range(3, len(words)):
        before = state.pieces
        state = state.grown(" ".join(words[:count]), step(count), "pt", speak=True)
        assert state.pieces - before == len(state.unsent) - len(said)
        said = [piece.text for piece in state.unsent]
    end = state.ended(SENTENCE, step(len(words)), speak=True)
    assert [piece.number for piece in end.unsent] == list(range(end.pieces))
    assert [piece.last for piece in end.unsent] == [False] * (end.pieces - 1) + [True]
    assert end.closed
    assert [piece.text for piece in end.unsent] == [
        "A reunião começou às nove",
        "horas e a diretora disse",
        "que o orçamento da nova",
        "escola não chegava para todos",
        "os alunos.",
    ]
    assert end.shown == SENTENCE


def test_what_has_no_pause_is_spoken_after_a_while() -> None:
    state = Growth()
    for count in range(1, 30):
        state = state.grown(" ".join(f"palavra{number}" for number in range(count)), step(count), "pt", speak=True)
    assert [len(piece.text.split()) for piece in state.unsent] == [MAX_PIECE_WORDS] * 5


def test_what_is_heard_only_later_is_spoken_from_the_beginning() -> None:
    unheard = Growth().grown("Um dois três quatro", step(0), "pt", speak=False)
    heard = unheard.ended("Um dois três quatro cinco", step(1), speak=True)
    assert [piece.text for piece in heard.unsent] == ["Um dois três quatro cinco"]


def test_a_sentence_of_which_all_is_spoken_is_not_closed_by_a_piece() -> None:
    spoken = Growth().grown("Um dois três quatro, cinco,", step(0), "pt", speak=True)
    assert (spoken.pieces, spoken.closed) == (0, False)
    spoken = Growth().ended("Um dois.", step(0), speak=False)
    assert (spoken.pieces, spoken.closed, spoken.over) == (0, False, True)


def test_a_sentence_that_goes_on_is_not_given_to_a_translator_as_a_whole_one() -> None:
    assert [unfinished(text) for text in ("We met", "We met,", "No. 5", "Wait...")] == ["We met,"] * 2 + [
        "No. 5,",
        "Wait,",
    ]


def test_a_clause_is_brought_once_and_none_after_a_later_one(store: redis.Redis) -> None:
    def advance(clause: int, by: str, *, over: bool = False) -> Growth | None:
        def grow(before: Growth) -> Growth:
            text = f"{before.shown} {by}".strip()
            return Growth(clause=clause, by=by, shown=text, over=over)

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


def test_the_whole_sentence_comes_after_every_clause_counted_or_not(store: redis.Redis) -> None:
    growth.advance(
        store, "s", "pt", 4, "a", lambda before: before.grown("Um dois três", step(4, "a"), "pt", speak=False)
    )
    end = growth.advance(store, "s", "pt", None, "b", lambda before: before.ended("Um dois três.", step(4), speak=True))
    assert end is not None
    assert end.over
    assert growth.advance(store, "s", "pt", None, "b", lambda before: before) == end, "run again after a crash"
    assert growth.advance(store, "s", "pt", None, "c", lambda before: before) is None


def test_two_workers_at_once_add_one_after_the_other(store: redis.Redis) -> None:
    def add(number: int) -> Growth | None:
        def grow(before: Growth) -> Growth:
            return Growth(clause=number, by=str(number), shown=f"{before.shown} w{number}".strip())

        return growth.advance(store, "s", "pt", number, str(number), grow)

    with ThreadPoolExecutor(8) as pool:
        brought = [state for state in pool.map(add, range(40)) if state is not None]
    texts = sorted((state.shown for state in brought), key=len)
    assert all(longer.startswith(shorter) for shorter, longer in itertools.pairwise(texts))
    assert growth.load(store, "s", "pt").shown == texts[-1]


def test_what_may_not_have_been_sent_is_kept_until_it_was(store: redis.Redis) -> None:
    def advance(clause: int | None, text: str) -> Growth | None:
        def grow(before: Growth) -> Growth:
            return before.ended(text, step(clause or 9), speak=True)

        return growth.advance(store, "s", "pt", clause, "b", grow)

    two = Growth(unsent=[Piece(0, "a", step(1).timeline, False), Piece(1, "b", step(2).timeline, False)], pieces=2)
    store.set(keys.growth("s", "pt"), encode(two))
    growth.sent(store, "s", "pt", 1)
    assert [piece.number for piece in growth.load(store, "s", "pt").unsent] == [1]
    end = advance(None, "c")
    assert end is not None
    assert [(piece.number, piece.last, piece.timeline.speech_end) for piece in end.unsent] == [
        (1, False, 2),
        (2, True, 9),
    ]
    growth.sent(store, "s", "pt", 3)
    assert growth.load(store, "s", "pt").unsent == []
    growth.sent(store, "gone", "pt", 3)
    assert store.keys("jbc:growth:gone:*") == []


def test_a_sentence_keeps_the_voice_that_began_it(store: redis.Redis) -> None:
    assert growth.voice(store, "s", "pt", quick=False) is False
    assert growth.voice(store, "s", "pt", quick=True) is False, "however late a later piece is"
    assert growth.voice(store, "s.1", "pt", quick=True) is True
    assert growth.voice(store, "s.1", "pt", quick=False) is True, "also when it has caught up"
    growth.advance(store, "s.1", "pt", 0, "a", lambda before: before.grown("Um", step(0, "a"), "pt", speak=True))
    assert growth.voice(store, "s.1", "pt", quick=False) is True, "a clause more changes nothing"
    assert growth.voice(store, "s.1", "vi", quick=False) is False, "another language"
