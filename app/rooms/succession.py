"""Who is host when the hosts have left."""

from __future__ import annotations

from collections.abc import Sequence

from app.tables import Participant


def stand_ins(inside: Sequence[Participant]) -> set[str]:
    """Ids of those who are host although they are none by themselves, out of `inside`, the longest there first.

    Nobody where a host is there. Otherwise whoever is it already, or the first whom a host has let in or named; people
    of whom no host knows never are.
    """
    if any(person.role == "host" for person in inside):
        return set()
    if now := {person.id for person in inside if person.stands_in}:
        return now
    return {person.id for person in [one for one in inside if one.vouched and one.role != "listener"][:1]}
