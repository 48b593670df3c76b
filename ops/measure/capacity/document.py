"""Tables and plots in docs/measurements/capacity.md, renewed in place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

MEASUREMENTS: Final = Path(__file__).resolve().parents[3] / "docs" / "measurements"
PAGE: Final = MEASUREMENTS / "capacity.md"
PLOTS: Final = MEASUREMENTS / "plots"


def renew(name: str, text: str, page: Path = PAGE) -> None:
    """Put a text between `<!-- NAME -->` and `<!-- /NAME -->`.

    Raises:
        ValueError: the page has no such place.
    """
    before = page.read_text()
    place = re.compile(f"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
    if not place.search(before):
        raise ValueError(f"{page.name} has no place for {name}")
    page.write_text(place.sub(lambda _: f"\n{text}\n\n", before, count=1))
    print(f"docs/measurements/{page.name}: {name} renewed")
