"""What has been measured so far, on disk after every step, so that a run that was stopped can go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tasks.models.lock import write_whole


class Sheet:
    """Steps of a measurement by name; each is done once."""

    def __init__(self, path: Path, conditions: dict[str, Any], *, resume: bool = False) -> None:
        """Begin, or with `resume` go on with what lies at `path`, where that was measured under the same conditions."""
        self._path = path
        self._conditions = conditions
        self._steps: dict[str, Any] = {}
        if resume and path.exists():
            found = json.loads(path.read_text())
            if found["conditions"] == conditions:
                self._steps = found["steps"]
            else:
                print(f"{path} was measured under other conditions: starting anew")

    def step(self, name: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - figures of any shape
        """What `work` gives, or gave in the run before; it must survive JSON."""
        kept = name in self._steps
        print(f"  {name} {'was measured before' if kept else '…'}", flush=True)
        if not kept:
            self._steps[name] = work()
            self._path.parent.mkdir(parents=True, exist_ok=True)
            content = json.dumps({"conditions": self._conditions, "steps": self._steps}, ensure_ascii=False)
            write_whole(self._path, content.encode())
        return self._steps[name]

    def done(self) -> None:
        """Forget it: everything has been measured."""
        self._path.unlink(missing_ok=True)
