"""A sentence's translation that grows while the sentence is still being spoken: what was shown and spoken of it stays.

Engines translate the sentence so far anew with every clause, and most cannot be given the beginning of a translation.
So what follows the shown words in the newest translation is added to them; of a sentence that goes on the last words
are held back, which the rest of it changes most often ("wait-k" and re-translation with a masked end: Arivazhagan et
al., "Re-translation versus Streaming for Simultaneous Translation", 2020).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec
import redis

from tasks.languages import described
from tasks.languages.text import agreed, continuation, key
from tasks.wire import keys
from tasks.wire.messages import Timeline, decode, encode

HELD_BACK: Final = 4
"""Words of a translation that wait while its sentence goes on, but for those that the translation before had, too; the
last one always waits (docs/measurements/simultaneous.md)."""

UNFINISHED: Final = ","
"""What a sentence that goes on is translated with: without a mark it is taken for a whole one, and given an end."""

MIN_PIECE_WORDS: Final = 4
"""Words from which a piece of a sentence that goes on is spoken, where it ends in a mark or before a word that a
speaker may pause before."""

MAX_PIECE_WORDS: Final = 5
"""Words from which it is spoken wherever it ends."""

_MARKS: Final = " .,;:\u2026-"

_REPLACE: Final = """
local stored = redis.call('GET', KEYS[1])
if (stored or '') ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1
"""


class Step(NamedTuple):
    """What makes a sentence grow."""

    clause: int
    """The newest that it brings."""
    by: str
    """The actor message at work."""
    timeline: Timeline
    """Up to the end of the clause, with what has been done until now."""


class Piece(msgspec.Struct, frozen=True):
    """A part of what is shown that is to be spoken in one breath."""

    number: int
    """Counts the sentence's pieces from 0."""
    text: str
    timeline: Timeline
    """Up to the last word that is translated in it."""
    last: bool
    """Whether the sentence ends with it."""


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """What readers and listeners have had of a sentence in one language."""

    clause: int = -1
    """Of which clause the newest of it is."""
    by: str = ""
    """The actor message that added that."""
    over: bool = False
    """Whether the sentence is over, so that nothing is added any more."""
    newest: str = ""
    """The newest translation, of which some is shown."""
    shown: str = ""
    """It only grows."""
    spoken: int = 0
    """Characters of `shown` that have been given to a voice."""
    pieces: int = 0
    """In how many pieces."""
    closed: bool = False
    """Whether the last of them says that the sentence ends."""
    unsent: list[Piece] = []
    """Those that may not have been sent to a voice yet, by `by` or by one before it that died: whoever goes on sends
    them. A piece that is sent twice is spoken once (`tasks.actors.speak`)."""
    quick: bool | None = None
    """Whether a quick voice speaks it, once one has begun to: a sentence keeps its voice."""

    def grown(self, translation: str, step: Step, language: str, *, speak: bool) -> Growth:
        """The same with a translation of more of the sentence, into `language`."""
        text = continued(self.shown, translation, self.newest)
        end = self.spoken + (_spoken(text[self.spoken :], language) if speak else 0)
        return self._with(text, end, step, newest=translation)

    def ended(self, translation: str, step: Step, *, speak: bool) -> Growth:
        """The same with the translation of the whole sentence."""
        text = continued(self.shown, translation) if self.shown else translation
        return self._with(text, len(text) if speak else self.spoken, step, over=True)

    def _with(self, text: str, end: int, step: Step, *, newest: str = "", over: bool = False) -> Growth:
        piece = text[self.spoken : end].strip()
        new = [Piece(self.pieces, piece, step.timeline, over)] if piece else []
        return msgspec.structs.replace(
            self,
            clause=step.clause,
            by=step.by,
            over=over,
            newest=newest,
            shown=text,
            spoken=end,
            pieces=self.pieces + len(new),
            closed=over and bool(new),
            unsent=[*self.unsent, *new],
        )


def _spoken(unspoken: str, language: str) -> int:
    """How many characters of what is shown of a sentence that goes on are worth a breath: up to where one may pause."""
    words = unspoken.split()
    pauses = described(language).sentences.paused_before
    ends = [
        count
        for count in range(MIN_PIECE_WORDS, len(words) + 1)
        if words[count - 1][-1] in _MARKS or (count < len(words) and key(words[count]) in pauses)
    ]
    count = ends[-1] if ends else len(words) if len(words) >= MAX_PIECE_WORDS else 0
    lead = len(unspoken) - len(unspoken.lstrip())
    return lead + len(" ".join(words[:count])) if count else 0


def unfinished(text: str) -> str:
    """The beginning of a sentence as it is given to a translator."""
    return text.rstrip(_MARKS) + UNFINISHED


def continued(shown: str, translation: str, before: str | None = None, *, held_back: int = HELD_BACK) -> str:
    """`shown` and what comes after it in a newer translation.

    Args:
        shown: what is shown of the translation before.
        translation: of more of the same sentence.
        before: that translation, where the sentence still goes on, so that the last words of the newer one wait.
        held_back: how many of them, but for those that the one before had, too.
    """
    had, new = shown.split(), translation.split()
    start, end = continuation(had, new), len(new)
    if before is not None:
        new = translation.rstrip(_MARKS).split()
        end = max(min(agreed(before.split(), new), len(new) - 1), len(new) - held_back)
    return " ".join([*had, *new[start : max(start, end)]])


def load(client: redis.Redis, segment: str, language: str) -> Growth:
    """What there is of a sentence in a language."""
    return _stored(client, keys.growth(segment, language))[1]


def advance(
    client: redis.Redis, segment: str, language: str, clause: int | None, by: str, grow: Callable[[Growth], Growth]
) -> Growth | None:
    """Add to a sentence what a clause brings, once, whoever else tries the same.

    Args:
        client: where it is kept.
        segment: the sentence.
        language: of the translation.
        clause: its number; None: the whole sentence, which comes after all of them, also after those that a worker
            told of and died before it had counted them.
        by: the actor message at work, which is the same when it is run again after a crash.
        grow: makes the new state of the one before.

    Returns:
        The new state; None where another message has brought this clause or a later one.
    """

    def add(before: Growth) -> Growth:
        counted = before.over or (clause is not None and before.clause >= clause)
        return before if counted else grow(before)

    after = _changed(client, segment, language, add)
    return after if after.by == by else None


def sent(client: redis.Redis, segment: str, language: str, pieces: int) -> None:
    """Write down that the first `pieces` of a sentence have been sent to a voice."""

    def without(before: Growth) -> Growth:
        left = [piece for piece in before.unsent if piece.number >= pieces]
        return msgspec.structs.replace(before, unsent=left)

    _changed(client, segment, language, without)


def voice(client: redis.Redis, segment: str, language: str, *, quick: bool) -> bool:
    """Whether a quick voice speaks a sentence: as it was begun, and `quick` where this is its beginning."""

    def chosen(before: Growth) -> Growth:
        return msgspec.structs.replace(before, quick=quick) if before.quick is None else before

    return bool(_changed(client, segment, language, chosen).quick)


def _changed(client: redis.Redis, segment: str, language: str, change: Callable[[Growth], Growth]) -> Growth:
    """A sentence's state after `change`, which is tried again where another process has changed it meanwhile."""
    name = keys.growth(segment, language)
    while True:
        stored, before = _stored(client, name)
        after = change(before)
        if after == before or client.eval(_REPLACE, 1, name, encode(after), stored, str(keys.PCM_TTL)):
            return after


def _stored(client: redis.Redis, name: str) -> tuple[bytes, Growth]:
    """A sentence's state as it lies in Redis, and decoded."""
    stored = client.get(name)
    return (stored, decode(stored, Growth)) if isinstance(stored, bytes) else (b"", Growth())
