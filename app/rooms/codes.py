"""Room codes: whoever knows one may enter, so they cannot be guessed."""

from __future__ import annotations

import re
import secrets
from typing import Final

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are not mistaken for each other when read aloud or off paper."""
GROUPS: Final = 3
"""Groups of four: 31 ** 12 codes, 59 bits."""

_CODE = re.compile(rf"[{ALPHABET}]{{4}}(?:-[{ALPHABET}]{{4}}){{{GROUPS - 1}}}")


def new_code() -> str:
    """A fresh code, as "kqzp-7wma-x3td"."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(4 * GROUPS))
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def read_code(typed: str) -> str | None:
    """The code in what somebody typed or pasted: the code in any case and spacing, or the room's whole link.

    Mail puts brackets and full stops around either, and telephones make other dashes of hyphens.
    """
    last = typed.strip()[:500].lower()
    if "/rooms/" in last:
        last = re.split(r"[/?#]", last.partition("/rooms/")[2])[0]
    letters = re.sub(r"[\W_]", "", last)
    code = "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
    return code if _CODE.fullmatch(code) else None
