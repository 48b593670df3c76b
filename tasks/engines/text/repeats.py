"""Repetition loops: what an autoregressive decoder does when it loses its place."""

from __future__ import annotations

import re
from typing import Final

RESTART: Final = 3
"""Words from which a repetition of the beginning is no coincidence."""

_PUNCTUATION = re.compile(r"[^\w]+")


def collapse(text: str) -> tuple[str, bool]:
    """`text` without the repetitions at its end, and whether there were any.

    A block of three or more words said twice in a row, or of one or two words said four times, counts as a
    loop; the first copy is kept. The last word may be cut off in the middle. Case and punctuation do not matter.
    """
    words = text.split()
    keys = [_PUNCTUATION.sub("", word.lower()) for word in words]
    for dropped in (0, 1):  # 1: the token limit may have cut the last word in half
        end = len(keys) - dropped
        kept = _loop_start(keys[:end], shortest=1 if dropped == 0 else 3)
        if kept is not None:
            return " ".join(words[:kept]), True
    return text, False


def before_restart(text: str) -> str | None:
    """The utterance that a decoder finished and then began anew, None where `text` is no such thing.

    That is: a sentence end after which `text` repeats itself from its beginning to wherever it was cut off, the last
    word perhaps in the middle.
    """
    words = text.split()
    keys = [_PUNCTUATION.sub("", word.lower()) for word in words]
    for length in range(1, len(words) - RESTART + 1):
        ends = words[length - 1].endswith((".", "!", "?", "…"))
        if ends and all(keys[at] == keys[at - length] for at in range(length, len(keys) - 1)):
            return " ".join(words[:length])
    return None


def _loop_start(keys: list[str], shortest: int) -> int | None:
    """How many words to keep when `keys` ends in a loop, None when it does not."""
    for period in range(shortest, len(keys) // 2 + 1):
        at = len(keys) - 1
        while at - period >= 0 and keys[at] == keys[at - period]:
            at -= 1
        repeated = len(keys) - 1 - at
        if repeated >= period and (period >= 3 or repeated >= 3 * period):
            return at + 1
    return None
