"""`python -m ops.measure.drafts.speed`: how long drafts take, with one thing about the runtime changed at a time.

Each variant is a process of its own, and each sentence is asked of all of them by turns, so that they meet the same
moments of a busy machine: ratios can be trusted there, those of processor time most, seconds only on a machine that
does nothing else. Every process takes 1.4 GB of memory. Printed, and written to var/drafts_speed.json.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import reduce
from multiprocessing.connection import Connection
from typing import Any, Final

from ops.measure.drafts.drafter import PRACTICE, loaded, rows
from ops.measure.figures import busy, machine, write
from tasks.engines.base import EngineError
from tasks.engines.translation.llm import local


@dataclass(frozen=True)
class Variant:
    """What is otherwise than in use."""

    environment: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    """Of xllamacpp's `CommonParams`; what is one of several kinds is given by its name."""


AS_IT_IS: Final = "as it is"
LOOKUP: Final = {"speculative.types": ["COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE"]}
VARIANTS: Final = {
    AS_IT_IS: Variant(),
    "one thread": Variant({"MODEL_THREADS": "1"}),
    "two threads to write": Variant(params={"cpuparams.n_threads": 2}),
    "threads that wait with the core": Variant({local.SPIN: "300000"}),
    "threads that give it up at once": Variant({local.SPIN: "0"}),
    "lookup in the prompt": Variant(params=LOOKUP),
    "lookup in the prompt, one thread": Variant({"MODEL_THREADS": "1"}, LOOKUP),
    "lookup by a map": Variant(params={"speculative.types": ["COMMON_SPECULATIVE_TYPE_NGRAM_MAP_K"]}),
    "lookup by hashes": Variant(params={"speculative.types": ["COMMON_SPECULATIVE_TYPE_NGRAM_MOD"]}),
    "weights not laid out anew": Variant(params={"no_extra_bufts": True}),
    "batches of 32": Variant(params={"n_batch": 32, "n_ubatch": 32}),
    "attention step by step": Variant(params={"flash_attn_type": "LLAMA_FLASH_ATTN_TYPE_DISABLED"}),
    "keys and values in 8 bits": Variant(params=dict.fromkeys(("cache_type_k", "cache_type_v"), "GGML_TYPE_Q8_0")),
}


class Watched:
    """The library's server, with the times that it tells of each question."""

    def __init__(self, server: Any) -> None:  # noqa: ANN401 - the library has no types
        self.listening_address = server.listening_address
        self.told: list[dict[str, float]] = []
        self._server = server

    def handle_chat_completions(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask it."""
        answer: dict[str, Any] = self._server.handle_chat_completions(request)
        self.told.append(answer.get("timings", {}))
        return answer


def serve(name: str, asking: Connection) -> None:
    """In a process of its own: say that all is read, then answer each sentence by its draft and its times."""
    variant = VARIANTS[name]
    os.environ |= variant.environment
    library, servers = local._library(), list[Watched]()
    real = library.Server

    def made(params: Any) -> Watched:  # noqa: ANN401 - the library has no types
        for named, value in variant.params.items():
            _set(library, params, named, value)
        servers.append(Watched(real(params)))
        return servers[-1]

    library.Server = made
    engine = loaded()
    asking.send(None)
    while row := asking.recv():
        servers[0].told.clear()
        began, worked = time.perf_counter(), time.process_time()
        try:
            text = engine.translate(row["text"], row["source"], row["target"])
        except EngineError as error:
            text = f"({error})"
        took = {"seconds": time.perf_counter() - began, "processor": time.process_time() - worked}
        asking.send({**took, "text": text, "told": list(servers[0].told)})


def _set(library: Any, params: Any, name: str, value: Any) -> None:  # noqa: ANN401 - the library has no types
    *way, last = name.split(".")
    if name == "speculative.types":
        value = [getattr(library.common_speculative_type, kind) for kind in value]
    elif isinstance(value, str):
        value = getattr(type(getattr(params, name)), value)
    setattr(reduce(getattr, way, params), last, value)


class Asked:
    """A variant, and what it answered."""

    def __init__(self, name: str, asking: Connection) -> None:
        self.name = name
        self.answers: list[dict[str, Any]] = []
        self._asking = asking

    def ask(self, row: Mapping[str, str]) -> None:
        """Have one sentence drafted.

        Raises:
            EOFError: its process has ended.
        """
        self._asking.send(row)
        self.answers.append(self._asking.recv())


@contextmanager
def asked(name: str) -> Iterator[Asked]:
    """A variant in a process of its own, its prompts read."""
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe()
    process = context.Process(target=serve, args=(name, its), daemon=True)
    process.start()
    its.close()
    ours.recv()
    yield Asked(name, ours)
    ours.send(None)
    process.join()


def compared(found: Sequence[Asked]) -> dict[str, Any]:
    """Figures of each variant: seconds, the ratio to what is in use, and what a token costs that is read or written."""
    base = next(one.answers for one in found if one.name == AS_IT_IS)
    figures = {}
    for one in found:
        told = [times for answer in one.answers for times in answer["told"] if times]
        ratios = [mine["seconds"] / its["seconds"] for mine, its in zip(one.answers, base, strict=True)]
        within = sum(times["prompt_ms"] + times["predicted_ms"] for times in told) / 1000
        figures[one.name] = {
            "median_s": round(statistics.median(answer["seconds"] for answer in one.answers), 2),
            "ratio": round(statistics.median(ratios), 2),
            "processor_s": round(statistics.mean(answer["processor"] for answer in one.answers), 2),
            "questions": len(told),
            "read_tokens": round(statistics.mean(times["prompt_n"] for times in told), 1),
            "ms_a_token_read": round(_per(told, "prompt"), 1),
            "written_tokens": round(statistics.mean(times["predicted_n"] for times in told), 1),
            "ms_a_token_written": round(_per(told, "predicted"), 1),
            "s_beside": round((sum(answer["seconds"] for answer in one.answers) - within) / len(told), 3),
            "other_drafts": sum(mine["text"] != its["text"] for mine, its in zip(one.answers, base, strict=True)),
        }
    return figures


def _per(told: Sequence[Mapping[str, float]], part: str) -> float:
    return sum(times[f"{part}_ms"] for times in told) / max(1.0, sum(times[f"{part}_n"] for times in told))


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=24, help="of practice.tsv, directions in turn; default: 24")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS), metavar="NAME")
    given = parser.parse_args()
    with ExitStack() as running:
        found = [running.enter_context(asked(name)) for name in dict.fromkeys([AS_IT_IS, *given.variants])]
        for number, row in enumerate(rows(PRACTICE)[: given.sentences]):
            for one in found if number % 2 else reversed(found):
                one.ask(row)
    figures: dict[str, Any] = {"machine": machine(), "busy": busy(), "variants": compared(found)}
    for name, values in figures["variants"].items():
        print(f"{name:<34}{values}")
    write("drafts_speed", figures)


if __name__ == "__main__":
    main()
