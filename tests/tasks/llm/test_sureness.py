"""What becomes of a reply that the model itself did not believe."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tasks.engines.base import EngineError
from tasks.engines.translation.llm.chat import Chat, Reply
from tasks.engines.translation.llm.prompt import Message
from tasks.engines.translation.llm.translator import UNSURE, LlmTranslator

STATION = "Nhà ga ở đâu?"
DOUBTED = (2 * UNSURE,)
BELIEVED = (UNSURE / 2,)


class Scripted(Chat):
    """Answers with one reply after the other."""

    label = "scripted"
    redrawn = False

    def __init__(self, *replies: tuple[str, tuple[float, ...]]) -> None:
        self.temperatures: list[float] = []
        self._replies = iter(replies)

    def complete(
        self,
        messages: Sequence[Message],  # noqa: ARG002
        *,
        max_tokens: int,  # noqa: ARG002
        slot: int,  # noqa: ARG002
        temperature: float = 0.0,
    ) -> Reply:
        """The next of the replies."""
        self.temperatures.append(temperature)
        text, surprises = next(self._replies)
        return Reply(text, finished=True, surprises=surprises)

    def warm_up(self, conversations: Sequence[Sequence[Message]]) -> None:
        """There is nothing to read."""


def drafted(chat: Chat, text: str = "Where is the train station?") -> str:
    return LlmTranslator(chat, name="llm", pairs=[("en", "vi")]).translate(text, "en", "vi")


@pytest.mark.parametrize("tokens", [8, 80])
def test_one_word_of_many_that_another_could_stand_for_makes_no_reply_doubtful(tokens: int) -> None:
    one_in_eight = (4.0, *[0.05] * 7)
    assert drafted(Scripted((STATION, one_in_eight * (tokens // 8)))) == STATION


@pytest.mark.parametrize("tokens", [8, 80])
def test_doubt_all_over_a_reply_counts_however_long_it_is(tokens: int) -> None:
    with pytest.raises(EngineError, match="not sure of the reply"):
        drafted(Scripted((STATION, DOUBTED * tokens)))


def test_only_a_model_that_draws_well_is_asked_for_another_reply() -> None:
    chat = Scripted(("Nhà gì đâu?", DOUBTED), (STATION, BELIEVED))
    with pytest.raises(EngineError, match="not sure of the reply"):
        drafted(chat)
    chat = Scripted(("Nhà gì đâu?", DOUBTED), (STATION, BELIEVED))
    chat.redrawn = True
    assert drafted(chat) == STATION
    assert chat.temperatures == [0.0, 0.7]


def test_what_can_be_told_about_a_reply_is_asked_of_any_model() -> None:
    chat = Scripted(("Nó có giá 25.", BELIEVED), ("Nó có giá 25 đô la.", BELIEVED))
    assert drafted(chat, "It costs 25 dollars.") == "Nó có giá 25 đô la."
    assert chat.temperatures == [0.0, 0.0]


def test_an_endpoint_that_tells_no_probabilities_is_believed() -> None:
    assert drafted(Scripted((STATION, ()))) == STATION
