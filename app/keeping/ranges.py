"""Which bytes of a file a player asks for (RFC 9110 14.1.2)."""

from __future__ import annotations

import re
from typing import Final

_ASKED: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def asked(header: str, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last that a `Range` header asks for; None: all of them.

    What is no single range of bytes is no range, as if it had not been asked for.

    Raises:
        ValueError: there are no such bytes.
    """
    match = _ASKED.fullmatch(header.strip())
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < start:
            return None
    if start >= end:
        raise ValueError("no such bytes")
    return start, end
