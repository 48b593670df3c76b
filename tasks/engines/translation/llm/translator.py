"""A translator made of a language model and guards: a draft in the other language, or a reason why there is none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from typing import Final

from tasks.engines.base import EngineError, Translator
from tasks.engines.translation.llm.chat import Chat, Reply
from tasks.engines.translation.llm.clock import in_clock_times, plainer
from tasks.engines.translation.llm.facts import hints, lost
from tasks.engines.translation.llm.guards import objection
from tasks.engines.translation.llm.prompt import defused, prompt
from tasks.engines.translation.llm.spelled import in_digits
from tasks.languages.sentences import clauses, sentences

MAX_TEXT_CHARACTERS: Final = 5_000
"""Characters of one request; a long utterance has a few hundred."""

MAX_JOINED_CHARACTERS: Final = 160
"""Characters up to which short sentences are translated together: they explain each other, and one call is quicker."""

MAX_SENTENCE_CHARACTERS: Final = 400
"""Characters from which a sentence is translated in pieces."""

TOKENS_BASE: Final = 24
TOKENS_A_CHARACTER: Final = 1.0
"""Limit of a reply by the length of the source. Vietnamese takes about half a token a character of English."""

AGAIN_TEMPERATURE: Final = 0.7
"""Of the second question, after a reply that was refused. Told what was wrong, a small model translates that too."""

UNSURE: Final = 0.6
"""Nats a token, as a mean, from which on a reply is not shown (docs/measurements/llm.md). The most of any token says
nothing about a reply but how long it is."""

REVISION: Final = 9
"""Goes up whenever other drafts are refused or other questions asked than before: what is cached counts no more."""

_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_QUOTES: Final = ('""', "''", "\u201c\u201d", "«»")


class LlmTranslator(Translator):
    """Drafts by a language model. Whoever shows them must say that they are drafts."""

    def __init__(self, chat: Chat, *, name: str, pairs: Collection[tuple[str, str]]) -> None:
        """Translate with `chat`; every one of `pairs` gets a slot of its own, in sorted order."""
        self.name = name
        self.pairs = frozenset(pairs)
        self.label = f"draft by {chat.label}"
        self._chat = chat
        self._slots = {pair: slot for slot, pair in enumerate(sorted(pairs))}
        self._prompts = {pair: prompt(*pair) for pair in self._slots}
        told = repr((REVISION, chat.label, sorted(self._prompts.items())))
        self.fingerprint = hashlib.sha256(told.encode()).hexdigest()[:16]

    def translate(self, text: str, source: str, target: str) -> str:
        """The draft of `text`; see `Translator.translate`.

        Raises:
            EngineError: there is none that could be shown, because of the endpoint or of a guard.
        """
        pair = (source, target)
        if pair not in self.pairs:
            raise EngineError(f"{self.name} does not translate {source} into {target}")
        if len(text) > MAX_TEXT_CHARACTERS:
            raise EngineError(f"{self.name} translates at most {MAX_TEXT_CHARACTERS} characters at once")
        said = in_digits(" ".join(text.split()), source)
        pieces = _pieces(plainer(in_clock_times(said, source), source), source)
        if not pieces:
            raise EngineError(f"{self.name} was given nothing to translate")
        return " ".join(self._piece(piece, pair) for piece in pieces)

    def warm_up(self) -> None:
        """Have every slot read its prompt."""
        self._chat.warm_up([self._prompts[pair].messages("") for pair in self._slots])

    def _piece(self, piece: str, pair: tuple[str, str]) -> str:
        if not any(letter.isalpha() for letter in piece):
            return piece
        draft, reason = self._asked(piece, pair)
        if reason:
            told = set(hints(piece, pair))
            new = [hint for hint in lost(piece, in_digits(draft, pair[1]), pair) if hint not in told]
            if new or self._chat.redrawn:
                draft, reason = self._asked(piece, pair, new, temperature=0.0 if new else AGAIN_TEMPERATURE)
        if reason:
            raise EngineError(f"{self.name} gave no usable draft: {reason}")
        return draft

    def _asked(
        self, piece: str, pair: tuple[str, str], pointed: Sequence[tuple[str, str]] = (), *, temperature: float = 0.0
    ) -> tuple[str, str]:
        """What came back, and why it must not be shown; empty when nothing speaks against it.

        Raises:
            EngineError: it has no end, so that asking again would lead to nothing.
        """
        told = self._prompts[pair]
        limit = TOKENS_BASE + int(TOKENS_A_CHARACTER * len(piece))
        reply = self._chat.complete(
            told.messages(piece, pointed), max_tokens=limit, slot=self._slots[pair], temperature=temperature
        )
        draft = _tidied(reply.text, piece)
        if not reply.finished:
            raise EngineError(f"{self.name} gave no usable draft: the reply ran past {limit} tokens")
        examples = [target for _, target in told.examples]
        return draft, objection(defused(piece), draft, pair, told.instructions, examples) or _doubted(reply)


def _pieces(text: str, language: str) -> list[str]:
    """`text` in the pieces that a model is asked for."""
    pieces: list[str] = []
    for sentence in sentences(text):
        if len(sentence) > MAX_SENTENCE_CHARACTERS:
            pieces += clauses(sentence, language, lengths=(MAX_SENTENCE_CHARACTERS // 2,))
        elif pieces and len(pieces[-1]) + len(sentence) < MAX_JOINED_CHARACTERS:
            pieces[-1] = f"{pieces[-1]} {sentence}"
        else:
            pieces.append(sentence)
    return pieces


def _doubted(reply: Reply) -> str:
    """Why the model itself seems not to know what it says; empty where it does, or where that is not known."""
    mean = sum(reply.surprises) / max(1, len(reply.surprises))
    return "the model was not sure of the reply" if mean > UNSURE else ""


def _tidied(reply: str, source: str) -> str:
    """`reply` without thoughts, and without the quotation marks that models like to put around a translation."""
    text = _THOUGHT.sub("", reply).strip()
    quoted = any(len(text) > 2 and text[0] == opening and text[-1] == closing for opening, closing in _QUOTES)
    return text[1:-1].strip() if quoted and source[0] not in "\"'\u201c«" else text
