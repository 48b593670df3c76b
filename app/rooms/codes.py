"""Room codes: whoever knows one may enter, so they cannot be guessed."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Final
from urllib.parse import unquote

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are not mistaken for each other when read aloud or off paper."""
MAX_PASTED: Final = 2_000
"""Characters that are looked at."""
GROUPS: Final = 3
"""Groups of four: 31 ** 12 codes, 59 bits."""

_DASH = "[-\u2010-\u2015\u2212]"
_WITHIN = re.compile(
    rf"(?<![a-z0-9])(?<![a-z0-9]-)[{ALPHABET}]{{4}}(?:{_DASH}[{ALPHABET}]{{4}}){{{GROUPS - 1}}}(?!-?[a-z0-9])"
)
_CODE = re.compile(rf"[{ALPHABET}]{{4}}(?:-[{ALPHABET}]{{4}}){{{GROUPS - 1}}}")


def new_code() -> str:
    """A fresh code, as "kqzp-7wma-x3td"."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(4 * GROUPS))
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def read_code(typed: str) -> str | None:
    """The code in what somebody typed or pasted: a code in any case and spacing, a room's whole link, an invitation.

    Mail puts brackets and full stops around either, telephones make other dashes of hyphens, Asian keyboards wide
    letters, and messengers escape links. Of text around it there must be one code alone.
    """
    last = whole = unicodedata.normalize("NFKC", unquote(typed.strip()[:MAX_PASTED])).lower()
    if "/rooms/" in last:
        last = re.split(r"[/?#]", last.partition("/rooms/")[2])[0]
    letters = re.sub(r"[\W_]", "", last)
    code = "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
    if _CODE.fullmatch(code):
        return code
    within = _WITHIN.findall(whole)
    return re.sub(r"[\W_]", "-", within[0]) if len(within) == 1 else None
