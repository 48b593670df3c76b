"""What roles may do, and who is host when the hosts have left."""

from __future__ import annotations

from app.rights import HOST, LISTENER, SPEAKER, rights
from app.rooms.succession import stand_ins
from app.tables import Participant


def test_roles_have_the_rights_that_they_are_for() -> None:
    assert rights("host", only_hosts_speak=True) == HOST
    assert rights("speaker") == SPEAKER
    assert rights("speaker", only_hosts_speak=True) == ("video", "screen", "read")
    assert rights("listener") == LISTENER == ("read",)


def test_whom_a_host_has_let_in_follows_the_last_host_and_nobody_else() -> None:
    def person(name: str, **more: object) -> Participant:
        return Participant(id=name, **({"role": "speaker", "vouched": False, "stands_in": False} | more))

    stranger, known = person("stranger"), person("known", vouched=True)
    later, host = person("later", vouched=True), person("host", role="host")
    assert stand_ins([stranger]) == set()
    assert stand_ins([stranger, known, later]) == {"known"}
    assert stand_ins([stranger, known, person("later", vouched=True, stands_in=True)]) == {"later"}
    assert stand_ins([stranger, known, host]) == set()
    assert stand_ins([person("ear", role="listener", vouched=True)]) == set()
