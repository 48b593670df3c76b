"""Work on models that an administrator asks for, where the worker may not write any."""

from __future__ import annotations

import errno

import pytest
import redis

from tasks import installation
from tasks.actors.model_jobs import work_on_model
from tasks.wire import keys
from tasks.wire.administration import ModelWork, Progress
from tasks.wire.messages import decode


@pytest.mark.usefixtures("engines")
@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_worker_that_may_only_read_says_where_to_do_it(
    code: int, store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, "refused")

    monkeypatch.setattr(installation, "install", refuse)
    work_on_model(ModelWork(name="argos-en-vi", action="install"))
    said = decode(store.get(keys.model_work("argos-en-vi")), Progress)  # type: ignore[arg-type]
    assert said.state == "failed"
    assert "As root there: `jbcalling models install NAME`" in said.said
