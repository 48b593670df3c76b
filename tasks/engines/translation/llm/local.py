"""A language model in a GGUF file, run in this process by llama.cpp through the xllamacpp wheel.

The library always opens an HTTP port on loopback. It is closed to others by a random key; only what was read of the
prompts goes through it to and from the disk, for which the library has no other way.
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
from tasks.engines.translation.llm.kept_prompts import KeptPrompts
from tasks.engines.translation.llm.prompt import Message

SEED: Final = 1
"""Of what is drawn where a temperature is given: the same question has the same answer."""

SPIN: Final = "GOMP_SPINCOUNT"
SPIN_COUNT: Final = "10000"
"""Turns of a loop, some tenths of a millisecond, in which a thread waits for the others without giving up its core."""

WRITING_THREADS: Final = 1
"""Threads that write a reply. Two meet hundreds of times a token: where other programs have a core, they take four
times as long as one, which mostly waits for memory (docs/measurements/llm.md). All read the prompt."""

CONTEXT: Final = 3072
"""Tokens of one slot: prompt, one piece of text and its translation need about 1,800 at most."""

FEW: Final = 32
"""Tokens of a prompt that may still have to be read when what was kept of it has been loaded."""


def available() -> bool:
    """Whether the library is installed; loads nothing."""
    return importlib.util.find_spec("xllamacpp") is not None


class LocalChat(Chat):
    """A GGUF chat model on the CPU, with one slot, whose prompt stays read, for every direction."""

    redrawn = False
    """What a small model draws takes as long again and is hardly ever better (docs/measurements/llm.md)."""

    def __init__(self, model: Path, *, slots: int, threads: int, kept: Path | None = None) -> None:
        """Load `model`, and keep what it makes of its prompts in the folder `kept`.

        Raises:
            EngineError: the library or the file is missing, or the file is no model.
        """
        if not available():
            raise EngineError("xllamacpp, which runs this model, has no package for this machine")
        if not model.is_file():
            raise EngineError(f"there is no model file {model}: install it with `jbcalling models install`")
        self.label = f"{model.stem} (this machine)"
        self._slots = slots
        self._key = secrets.token_urlsafe(32)
        self._kept = KeptPrompts.within(kept, model) if kept else None
        self._server = _server(model, slots, threads, self._key, kept if self._kept else None)

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
            "logprobs": True,
            "top_logprobs": 1,
        }
        answer: dict[str, Any] = self._server.handle_chat_completions(request)
        if "error" in answer:
            raise EngineError(f"the local language model failed: {answer['error'].get('message', 'no reason given')}")
        choice = answer["choices"][0]
        asked, cached = answer["usage"]["prompt_tokens"], answer["usage"]["prompt_tokens_details"]["cached_tokens"]
        tokens = (choice.get("logprobs") or {}).get("content") or []
        surprises = tuple(-token["logprob"] for token in tokens)
        return Reply(choice["message"]["content"] or "", choice["finish_reason"] != "length", asked, cached, surprises)

    def warm_up(self, conversations: Sequence[Sequence[Message]]) -> None:
        """Read every slot's conversation, or load what was read of it before."""
        for slot, messages in enumerate(conversations):
            loaded = self._kept is not None and self._kept.load(self._server.listening_address, self._key, slot)
            reply = self.complete(messages, max_tokens=1, slot=slot)
            if self._kept and not (loaded and reply.cached > reply.asked - FEW):
                self._kept.keep(self._server.listening_address, self._key, slot)


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


def _server(model: Path, slots: int, threads: int, key: str, kept: Path | None) -> Any:  # noqa: ANN401 - the library has no types
    xllamacpp = _library()
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx = slots * CONTEXT
    params.n_parallel = slots
    params.kv_unified = False
    params.cpuparams.n_threads = WRITING_THREADS
    params.cpuparams_batch.n_threads = threads
    params.fit_params = False
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE  # mapped, 0.6 GB of it would be there twice
    params.cache_ram_mib = 0
    params.cache_idle_slots = False
    params.n_threads_http = 1
    params.endpoint_slots = False
    params.ui = False
    params.api_keys = [key]
    if kept:
        params.slot_save_path = f"{kept}/"
    params.verbosity = 1
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise EngineError(f"{model.name} cannot be loaded: {error}") from error


def _load(request: LoadRequest) -> Translator:
    from tasks.engines.translation.llm.translator import LlmTranslator

    pairs = request.offer.pairs
    kept = request.config.cache_dir / "prompts"
    chat = LocalChat(request.folder / "model.gguf", slots=len(pairs), threads=request.config.threads, kept=kept)
    return LlmTranslator(chat, name=request.offer.name, pairs=pairs)


DESCRIPTION: Final = Description(
    kind=Kind.TRANSLATION, format="gguf", rank=70, draft=True, available=available, load=_load
)
