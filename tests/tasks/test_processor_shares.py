"""What a worker's process uses of the processor, shared out among its actors."""

from __future__ import annotations

import pytest

from tasks.middleware.actor_metrics import ProcessorShares


def test_what_is_used_while_several_actors_work_is_shared_and_nothing_is_counted_twice() -> None:
    used = iter([0.0, 1.0, 3.0, 7.0, 8.0, 20.0, 21.0])
    shares = ProcessorShares(lambda: next(used))
    hearing = shares.begin("listen")  # at 1: what was used before is nobody's
    speaking = shares.begin("speak")  # at 3: 2 for the first
    assert shares.end(hearing) == pytest.approx(2 + 2)  # at 7: 4 for both
    assert shares.end(speaking) == pytest.approx(2 + 1)
    again = shares.begin("listen")  # at 20: nobody worked
    assert shares.end(again) == pytest.approx(1.0)
