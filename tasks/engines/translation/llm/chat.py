"""What the translator asks of a language model, wherever it runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.engines.translation.llm.prompt import Message


@dataclass(frozen=True)
class Reply:
    """What a model answered."""

    text: str
    finished: bool
    """Whether it ended by itself, and not at the token limit."""
    asked: int = 0
    """Tokens of the conversation, where that is known."""
    cached: int = 0
    """Those of them that the model had read before."""
    surprises: tuple[float, ...] = ()
    """Nats of every token: minus the logarithm of how probable the model held it. Empty where that is not known."""


class Chat(ABC):
    """A language model that continues a conversation. Safe to share between threads."""

    label: str
    """The model and where it runs, for a person; says so when text leaves the machine."""
    redrawn: bool
    """Whether a reply that was refused is asked for again with a temperature, where nothing can be told about it."""

    @abstractmethod
    def complete(self, messages: Sequence[Message], *, max_tokens: int, slot: int, temperature: float = 0.0) -> Reply:
        """The next turn.

        Args:
            messages: the conversation so far.
            max_tokens: how long the turn may get.
            slot: number of the direction, from 0: conversations of one slot begin alike, and what they share is kept.
            temperature: 0: the likeliest turn; more: another may come.

        Raises:
            EngineError: there is none; the message says why.
        """

    @abstractmethod
    def warm_up(self, conversations: Sequence[Sequence[Message]]) -> None:
        """Read the conversation of every slot once, so that the first request is not slower than the others."""
