"""Whisper models with random weights in CTranslate2 form: what larger models look like, without their size or sense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from ctranslate2.specs import WhisperSpec
from ctranslate2.specs.model_spec import visit_spec

DIMENSIONS: Final = 64
HEADS: Final = 2
LAYERS: Final = 2
TIMESTAMPS: Final = 1501


def make(folder: Path, tokenizer: Path, *, bands: int, extra: tuple[str, ...] = (), multilingual: bool = True) -> Path:
    """Write a model into `folder`.

    Args:
        folder: where.
        tokenizer: the `tokenizer.json` of a multilingual model, whose tokens it takes over.
        bands: of the log-mel: 80, or 128 for large-v3 and turbo.
        extra: language marks that this model knows beside the usual ones; every special token after them moves.
        multilingual: else the special tokens begin one number lower, by which CTranslate2 knows English-only models.
    """
    folder.mkdir(parents=True)
    described = _renumbered(json.loads(tokenizer.read_text(encoding="utf-8")), extra, multilingual=multilingual)
    (folder / "tokenizer.json").write_text(json.dumps(described), encoding="utf-8")
    marks = {token["id"]: token["content"] for token in described["added_tokens"]}
    names = {number: name for name, number in described["model"]["vocab"].items()} | marks
    tokens = [names[number] for number in range(len(names))]
    tokens += [f"<|{0.02 * n:.2f}|>" for n in range(TIMESTAMPS)]
    _save(folder, tokens, bands, sorted(number for number, name in marks.items() if len(name) <= len("<|haw|>")))
    return folder


def _renumbered(described: dict[str, Any], extra: tuple[str, ...], *, multilingual: bool) -> dict[str, Any]:
    """The tokenizer with further language marks after the last one it has, and special tokens where they belong."""
    added = sorted(described["added_tokens"], key=lambda token: token["id"])
    at = next(n for n, token in enumerate(added) if token["content"] == "<|su|>") + 1
    added[at:at] = [{**added[at - 1], "content": mark} for mark in extra]
    first = added[0]["id"] - (not multilingual)
    for number, token in enumerate(added):
        token["id"] = first + number
    model = described["model"]
    model["vocab"] = {name: number for name, number in model["vocab"].items() if number < first}
    described["added_tokens"], described["post_processor"] = added, None
    return described


def _save(folder: Path, tokens: list[str], bands: int, languages: list[int]) -> None:
    spec = WhisperSpec(LAYERS, HEADS, LAYERS, HEADS)
    rng = np.random.default_rng(0)

    def fill(layer: Any, name: str, value: object) -> None:  # noqa: ANN401 - a layer of any kind
        if value is None or name.endswith("/encodings"):
            shape = _shape(name, bands, len(tokens))
            setattr(layer, name.rsplit("/", 1)[-1], rng.normal(0, 0.05, shape).astype(np.float32))

    visit_spec(spec, fill)
    spec.config.alignment_heads = [(LAYERS - 1, head) for head in range(HEADS)]
    spec.config.suppress_ids, spec.config.suppress_ids_begin, spec.config.lang_ids = [], [], languages
    spec.register_vocabulary(tokens)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))


def _shape(name: str, bands: int, vocabulary: int) -> tuple[int, ...]:
    side, *middle, last = name.split("/")
    block = middle[-1] if middle else ""
    wide = {"conv1": (DIMENSIONS, bands, 3), "conv2": (DIMENSIONS, DIMENSIONS, 3)}
    if last in ("gamma", "beta", "bias"):
        return (DIMENSIONS,)
    if last == "encodings":
        return (1500 if side == "encoder" else 448, DIMENSIONS)
    if block in ("embeddings", "projection"):
        return (vocabulary, DIMENSIONS)
    if block in wide:
        return wide[block]
    kind = middle[-2]
    outputs = {
        "self_attention": {"linear_0": 3, "linear_1": 1},
        "attention": {"linear_0": 1, "linear_1": 2, "linear_2": 1},
        "ffn": {"linear_0": 4, "linear_1": 1},
    }[kind][block]
    inputs = 4 if (kind, block) == ("ffn", "linear_1") else 1
    return (outputs * DIMENSIONS, inputs * DIMENSIONS)
