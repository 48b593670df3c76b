"""A language model behind an OpenAI-shaped HTTP endpoint: llama.cpp, Ollama, vLLM, or a service on the internet."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import httpx
import msgspec

from tasks.engines.base import EngineError, Translator
from tasks.engines.description import Description, LoadRequest, Offer
from tasks.engines.kinds import Kind
from tasks.engines.translation.llm.chat import Chat, Reply
from tasks.engines.translation.llm.languages import ALL_PAIRS
from tasks.engines.translation.llm.prompt import Message
from tasks.engines.translation.llm.settings import EndpointSettings, endpoint_settings

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT: Final = 3.0
"""Seconds to reach the endpoint."""

MAX_ANSWER_BYTES: Final = 256 * 1024
"""Bytes of a response that are read."""

REST_SECONDS: Final = 5.0
MAX_REST_SECONDS: Final = 60.0
"""Seconds for which an endpoint that failed is not asked again, so that captions do not queue up behind it: by
default, and at most when it says itself for how long (Retry-After)."""

_ADVICE: Final = {
    400: "check that LLM_MODEL is a chat model that takes max_tokens and temperature",
    401: "check LLM_API_KEY",
    403: "check LLM_API_KEY",
    404: "check LLM_URL and LLM_MODEL",
    429: "too many requests: raise the limit there or use a local model",
}


class _Turn(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Turn
    finish_reason: str | None = None


class _Answer(msgspec.Struct):
    choices: list[_Choice]


class EndpointChat(Chat):
    """The model that the operator named; see `EndpointSettings`."""

    redrawn = True

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings
        where = f"{settings.host}; text leaves this machine" if settings.leaves_machine else "this machine"
        self.label = f"{settings.model} ({where})"
        headers = {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
        timeout = httpx.Timeout(settings.timeout, connect=min(CONNECT_TIMEOUT, settings.timeout))
        # A proxy named in the environment is for the internet, not for a server on this machine.
        self._client = httpx.Client(headers=headers, timeout=timeout, trust_env=settings.leaves_machine)
        self._lock = threading.Lock()
        self._resting_until = 0.0

    def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        slot: int,  # noqa: ARG002
        temperature: float = 0.0,
    ) -> Reply:
        """The next turn; see `Chat.complete`. Which cache serves a slot is the endpoint's business."""
        with self._lock:
            left = self._resting_until - time.monotonic()
        if left > 0:
            raise EngineError(f"the LLM endpoint failed and is not asked for another {left:.0f} s")
        body = {
            "model": self._settings.model,
            "messages": [asdict(message) for message in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "stream": False,
        }
        return _reply(self._post(msgspec.json.encode(body)))

    def warm_up(self, conversations: Sequence[Sequence[Message]]) -> None:
        """Ask once a direction. An endpoint that does not answer yet is no reason not to start: it may come later."""
        for slot, messages in enumerate(conversations):
            try:
                self.complete(messages, max_tokens=1, slot=slot)
            except EngineError as error:
                logger.warning("Drafts will be missing until the LLM endpoint works: %s", error)
                return

    def _post(self, body: bytes) -> bytes:
        deadline = time.monotonic() + self._settings.timeout
        headers = {"Content-Type": "application/json"}
        try:
            with self._client.stream("POST", self._settings.completions, content=body, headers=headers) as response:
                if response.status_code != 200:
                    self._refuse(response)
                return _read(response, deadline)
        except httpx.TimeoutException as error:
            self._rest(REST_SECONDS)
            raise EngineError(f"the LLM endpoint did not answer within {self._settings.timeout:g} s") from error
        except httpx.HTTPError as error:
            self._rest(REST_SECONDS)
            raise EngineError(f"the LLM endpoint cannot be used ({type(error).__name__}): check LLM_URL") from error

    def _refuse(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == 429 or status >= 500:
            self._rest(_asked_rest(response))
        advice = _ADVICE.get(status, "check its log")
        raise EngineError(f"the LLM endpoint answered with status {status}: {advice}")

    def _rest(self, seconds: float) -> None:
        with self._lock:
            self._resting_until = time.monotonic() + seconds


def _read(response: httpx.Response, deadline: float) -> bytes:
    content = bytearray()
    for block in response.iter_bytes():
        content += block
        if len(content) > MAX_ANSWER_BYTES:
            raise EngineError(f"the LLM endpoint answered with more than {MAX_ANSWER_BYTES // 1024} KiB")
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the response did not end in time")
    return bytes(content)


def _asked_rest(response: httpx.Response) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), MAX_REST_SECONDS) if asked.isascii() and asked.isdigit() else REST_SECONDS


def _reply(content: bytes) -> Reply:
    try:
        choice = msgspec.json.decode(content, type=_Answer).choices[0]
    except (msgspec.DecodeError, IndexError, UnicodeDecodeError) as error:
        raise EngineError("the LLM endpoint's answer is not a chat completion: check LLM_URL") from error
    return Reply(choice.message.content or "", choice.finish_reason != "length")


def _load(request: LoadRequest) -> Translator:
    from tasks.engines.translation.llm.translator import LlmTranslator

    settings = endpoint_settings()
    if settings is None:
        raise EngineError("LLM_URL names no endpoint any more")
    return LlmTranslator(EndpointChat(settings), name=request.offer.name, pairs=request.offer.pairs)


def _offers() -> list[Offer]:
    if endpoint_settings() is None:
        return []
    pairs = frozenset(f"{source}>{target}" for source, target in ALL_PAIRS)
    return [Offer("llm-endpoint", DESCRIPTION, pairs, has_model=False)]


DESCRIPTION: Final = Description(
    kind=Kind.TRANSLATION, format="endpoint", rank=60, draft=True, own_offers=_offers, load=_load
)
