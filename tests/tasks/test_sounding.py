"""How long what was spoken goes on sounding, and what that is known for."""

from __future__ import annotations

from tasks.sounding import MOST, Sounding


def test_what_follows_may_take_its_time_while_enough_is_still_to_sound() -> None:
    now = [100.0]
    sounding = Sounding(lambda: now[0])
    assert not sounding.ahead("room", "ana", "pt"), "nothing is known"
    sounding.spoken("room", "ana", "pt", 1.5)
    sounding.spoken("room", "ana", "pt", 1.0)
    assert sounding.ahead("room", "ana", "pt")
    assert not sounding.ahead("room", "ana", "en")
    assert not sounding.ahead("room", "bruno", "pt")
    now[0] += 1.4
    assert sounding.ahead("room", "ana", "pt"), "1.1 s are left"
    now[0] += 0.2
    assert not sounding.ahead("room", "ana", "pt")
    now[0] += 60.0
    sounding.spoken("room", "ana", "pt", 0.9)
    assert not sounding.ahead("room", "ana", "pt"), "it begins anew after a silence"


def test_few_dubs_are_remembered() -> None:
    sounding = Sounding(lambda: 0.0)
    for number in range(MOST + 1):
        sounding.spoken("room", f"speaker {number}", "pt", 9.0)
    assert not sounding.ahead("room", "speaker 0", "pt")
    assert sounding.ahead("room", f"speaker {MOST}", "pt")
