"""Three machines, one call, and two that die: the shortened form of `make machines`.

The machines are namespaces of this one. Where those are not allowed this fails, and says what would allow them.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from ops.harness.machines import world

LIMIT = 240.0
MOST_SILENT = 10.0


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened."""
    out = tmp_path_factory.mktemp("machines") / "seen.json"
    status = world.hold(["-m", "tests.support.three_machines", str(out)], LIMIT)
    found: dict[str, Any] = json.loads(out.read_text()) if out.exists() else {}
    assert status == 0, f"it ended with {status}; until then {found}, and above what the processes said last"
    return found


def test_only_what_the_plan_lists_is_open(seen: dict[str, Any]) -> None:
    assert seen["open_edge"] == [80, 443, 8020]
    assert seen["open_worker-3"] == [80, 443, 8020]
    assert seen["open_turn"] == [443, 3478]
    assert seen["open_worker"] == []


def test_from_a_network_that_lets_nothing_but_port_443_out_a_call_is_relayed(seen: dict[str, Any]) -> None:
    assert {tuple(path) for path in seen["strict"]} == {("relay", "udp", "tls")}


def test_a_call_is_interpreted_over_the_links(seen: dict[str, Any]) -> None:
    assert seen["all_there"]["lines"]
    assert all(seen["all_there"]["lines"])
    assert seen["all_there"]["dubs"]
    assert seen["crossed"]["home"] > 200_000
    assert seen["crossed"]["private"] > 200_000


def test_when_a_worker_dies_the_other_goes_on_with_its_sentence(seen: dict[str, Any]) -> None:
    before, after = seen["all_there"], seen["worker_gone"]
    assert seen["heard_by"], "it was in the middle of a sentence"
    assert len(after["lines"]) > len(before["lines"])
    assert all(after["lines"])
    assert after["dubs"] > before["dubs"]
    assert seen["published"] >= len(after["lines"])
    assert (seen["lost"], seen["doubled"]) == ([], 0)


def test_when_an_sfu_dies_its_call_moves_to_the_other_and_it_comes_back_by_itself(seen: dict[str, Any]) -> None:
    assert "moving" in seen["states"]
    assert seen["silence_s"] < MOST_SILENT
    assert seen["moved_s"] < MOST_SILENT
    assert seen["same_webs"]
