"""A sentence's translation that grows while the sentence is still being spoken: what was shown and spoken of it stays.

Engines translate the sentence so far anew with every clause, and most cannot be given the beginning of a translation.
So what follows the shown words in the newest translation is added to them; of a sentence that goes on the last words
are held back, which the rest of it changes most often ("wait-k" and re-translation with a masked end: Arivazhagan et
al., "Re-translation versus Streaming for Simultaneous Translation", 2020).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import redis

from tasks.languages.text import continuation
from tasks.wire import keys
from tasks.wire.messages import decode, encode

HELD_BACK: Final = 2
"""Words of a translation that wait while its sentence goes on (docs/measurements/simultaneous.md)."""

MIN_PIECE_WORDS: Final = 3
"""Words below which a piece of a sentence that goes on is not spoken yet: it would be a breath by itself."""

_REPLACE: Final = """
local stored = redis.call('GET', KEYS[1])
if (stored or '') ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1
"""


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """What readers and listeners have had of a sentence in one language."""

    clause: int = -1
    """Of which clause the newest of it is."""
    by: str = ""
    """The actor message that added that."""
    over: bool = False
    """Whether the sentence is over, so that nothing is added any more."""
    shown: str = ""
    """It only grows."""
    spoken: int = 0
    """Characters of `shown` that have been given to a voice."""
    pieces: int = 0
    """In how many pieces."""
    piece: str = ""
    """What of them `by` gave."""

    def grown(self, text: str, clause: int, by: str, *, over: bool, speak: bool) -> Growth:
        """The same with a longer text, as it is shown from now on."""
        unspoken = text[self.spoken :].strip()
        ready = speak and bool(unspoken) and (over or len(unspoken.split()) >= MIN_PIECE_WORDS)
        return Growth(
            clause=clause,
            by=by,
            over=over,
            shown=text,
            spoken=len(text) if ready else self.spoken,
            pieces=self.pieces + ready,
            piece=unspoken if ready else "",
        )


def continued(shown: str, translation: str, *, held_back: int) -> str:
    """`shown` and what comes after it in a newer translation, but for its last words.

    Args:
        shown: what is shown of the translation before.
        translation: of more of the same sentence.
        held_back: how many of its last words wait.
    """
    before, new = shown.split(), translation.split()
    start = continuation(before, new)
    return " ".join([*before, *new[start : max(start, len(new) - held_back)]])


def load(client: redis.Redis, segment: str, language: str) -> Growth:
    """What there is of a sentence in a language."""
    stored = client.get(keys.growth(segment, language))
    return decode(stored, Growth) if isinstance(stored, bytes) else Growth()


def advance(
    client: redis.Redis, segment: str, language: str, clause: int, by: str, grow: Callable[[Growth], Growth]
) -> Growth | None:
    """Add to a sentence what a clause brings, once, whoever else tries the same.

    Args:
        client: where it is kept.
        segment: the sentence.
        language: of the translation.
        clause: its number.
        by: the actor message at work, which is the same when it is run again after a crash.
        grow: makes the new state of the one before.

    Returns:
        The new state; None where another message has brought this clause or a later one.
    """
    name = keys.growth(segment, language)
    while True:
        stored = client.get(name)
        before = decode(stored, Growth) if isinstance(stored, bytes) else Growth()
        if before.over or before.clause >= clause:
            return before if before.by == by else None
        after = grow(before)
        if client.eval(_REPLACE, 1, name, encode(after), stored or b"", str(keys.ONCE_TTL)):
            return after
