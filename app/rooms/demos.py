"""The demos: a recording of one language, for a visitor who reads and hears it in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tasks.languages.pairs import DEFAULT_PAIR, DEMO_PAIRS


@dataclass(frozen=True)
class Demo:
    """One of them."""

    speaks: str
    """Of the recording; there is one demo of each language."""
    reads: str
    """Of the visitor, who hears the same."""
    always: bool = False
    """Whether every installation can do it."""

    @property
    def recording(self) -> str:
        """Name of the shipped recording that the bridge plays."""
        return f"demo-{self.speaks}"

    @property
    def path(self) -> str:
        """Where its form is sent to."""
        return "/demo" if self.always else f"/demo/{self.speaks}"


_DEMOS: Final = tuple(Demo(*pair, always=pair == DEFAULT_PAIR) for pair in DEMO_PAIRS)
DEMOS: Final = {demo.speaks: demo for demo in _DEMOS}
"""By what their recording speaks."""
FIRST: Final = _DEMOS[0]
