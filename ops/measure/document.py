"""Tables and plots in docs/measurements, renewed in place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

MEASUREMENTS: Final = Path(__file__).resolve().parents[2] / "docs" / "measurements"
PLOTS: Final = MEASUREMENTS / "plots"


def renew(name: str, text: str, page: Path) -> None:
    """Put a text between `<!-- NAME -->` and `<!-- /NAME -->`.

    Raises:
        ValueError: the page has no such place.
    """
    before = page.read_text()
    marked = re.compile(f"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
    if not marked.search(before):
        raise ValueError(f"{page.name} has no place for {name}")
    page.write_text(marked.sub(lambda _: f"\n{text}\n\n", before, count=1))
    print(f"docs/measurements/{page.name}: {name} renewed")
