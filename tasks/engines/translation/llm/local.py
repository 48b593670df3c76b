"""A language model in a GGUF file, run in this process by llama.cpp through the xllamacpp wheel.

The library always opens an HTTP port on loopback. Nothing here uses it, so it is closed to others by a random key.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tasks.engines.base import EngineError, Translator
from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind
from tasks.engines.translation.llm.chat import Chat, Reply
from tasks.engines.translation.llm.prompt import Message

SEED: Final = 1
"""Of what is drawn where a temperature is given: the same question has the same answer."""

SPIN: Final = "GOMP_SPINCOUNT"
SPIN_COUNT: Final = "10000"
"""Turns of a loop, some tenths of a millisecond, in which a thread waits for the others without giving up its core."""

CONTEXT: Final = 3072
"""Tokens of one slot: prompt, one piece of text and its translation need about 1,800 at most."""


def available() -> bool:
    """Whether the library is installed; loads nothing."""
    return importlib.util.find_spec("xllamacpp") is not None


class LocalChat(Chat):
    """A GGUF chat model on the CPU, with one slot, whose prompt stays read, for every direction."""

    def __init__(self, model: Path, *, slots: int, threads: int) -> None:
        """Load `model`.

        Raises:
            EngineError: the library or the file is missing, or the file is no model.
        """
        if not available():
            raise EngineError("xllamacpp, which runs this model, has no package for this machine")
        if not model.is_file():
            raise EngineError(f"there is no model file {model}: install it with `jbcalling models install`")
        self.label = f"{model.stem} (this machine)"
        self._slots = slots
        self._server = _server(model, slots, threads)

    def complete(self, messages: Sequence[Message], *, max_tokens: int, slot: int, temperature: float = 0.0) -> Reply:
        """The next turn, of one line; see `Chat.complete`."""
        if not 0 <= slot < self._slots:
            raise EngineError(f"there is no slot {slot}, only {self._slots}")
        request = {
            "messages": [asdict(message) for message in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "seed": SEED,
            "stop": ["\n"],
            "id_slot": slot,
            "cache_prompt": True,
        }
        answer: dict[str, Any] = self._server.handle_chat_completions(request)
        if "error" in answer:
            raise EngineError(f"the local language model failed: {answer['error'].get('message', 'no reason given')}")
        choice = answer["choices"][0]
        cached: int = answer["usage"]["prompt_tokens_details"]["cached_tokens"]
        return Reply(choice["message"]["content"] or "", choice["finish_reason"] != "length", cached)

    def warm_up(self, conversations: Sequence[Sequence[Message]]) -> None:
        """Read every slot's conversation."""
        for slot, messages in enumerate(conversations):
            self.complete(messages, max_tokens=1, slot=slot)


def _library() -> Any:  # noqa: ANN401 - the library has no types
    """The library, told how long its threads may wait for each other with the processor busy.

    They meet at hundreds of places for every token. Where another program has the core of one, OpenMP's default has
    the others spin for milliseconds at each: on two busy cores that made tokens ten times slower.
    """
    before = os.environ.get(SPIN)
    os.environ.setdefault(SPIN, SPIN_COUNT)
    try:
        import xllamacpp  # with it comes OpenMP, which reads its settings once
    finally:
        if before is None:
            del os.environ[SPIN]
    return xllamacpp


def _server(model: Path, slots: int, threads: int) -> Any:  # noqa: ANN401 - the library has no types
    xllamacpp = _library()
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx = slots * CONTEXT
    params.n_parallel = slots
    params.kv_unified = False
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.fit_params = False
    params.cache_ram_mib = 0
    params.cache_idle_slots = False
    params.n_threads_http = 1
    params.endpoint_slots = False
    params.ui = False
    params.api_keys = [secrets.token_urlsafe(32)]
    params.verbosity = 1
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise EngineError(f"{model.name} cannot be loaded: {error}") from error


def _load(request: LoadRequest) -> Translator:
    from tasks.engines.translation.llm.translator import LlmTranslator

    pairs = request.offer.pairs
    chat = LocalChat(request.folder / "model.gguf", slots=len(pairs), threads=request.config.threads)
    return LlmTranslator(chat, name=request.offer.name, pairs=pairs)


DESCRIPTION: Final = Description(
    kind=Kind.TRANSLATION, format="gguf", rank=70, draft=True, available=available, load=_load
)
