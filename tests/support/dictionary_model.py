"""Tiny translation models that are right: transformers whose weights are built by hand to translate word by word.

Every token and every position is a dimension of its own. The one encoder layer passes its input through; the decoder's
attention looks up, at step t, the position t of the source; the projection maps the token that stands there to its
translation. All else is as in any model: CTranslate2's format, quantization and decoding, sentencepiece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import sentencepiece
from ctranslate2.specs import transformer_spec
from ctranslate2.specs.model_spec import LayerSpec
from numpy.typing import NDArray

POSITIONS = 96
"""Tokens of the longest sentence."""
SHARP = 40.0
"""How much the attention prefers the right position."""
SPACE = "\u2581"

Matrix = NDArray[np.float32]


def train_tokenizer(words: Sequence[str], path: Path) -> list[str]:
    """A sentencepiece model that knows `words` whole, and all else by its characters; returns its pieces.

    Pieces may hold several words: "xin chào" is one.
    """
    pieces = sorted({SPACE + word.replace(" ", SPACE) for word in words})
    characters = sorted({character for word in words for character in word if character != " "})
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,?!'-"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join([*characters, *alphabet])] * 4),
        model_prefix=str(path.with_suffix("")),
        model_type="char",
        vocab_size=len(pieces) + 400,
        hard_vocab_limit=False,
        character_coverage=1.0,
        normalization_rule_name="identity",
        user_defined_symbols=pieces,
        minloglevel=2,
    )
    path.with_suffix(".vocab").unlink()
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path.with_suffix(".model")))
    path.with_suffix(".model").rename(path)
    return [processor.id_to_piece(index) for index in range(processor.get_piece_size())]


def write_model(folder: Path, tokens: Sequence[str], dictionary: Mapping[str, str], *, adds_end: bool = True) -> None:
    """Write a CTranslate2 model that maps each token to the one `dictionary` names, or to itself.

    Args:
        folder: where; it must not exist.
        tokens: the vocabulary of both languages; "<s>", "</s>" and "<unk>" must be among them.
        dictionary: source token → target token.
        adds_end: whether the model adds "</s>" to the source itself, as those converted from Marian and OpenNMT do.
    """
    size, width = len(tokens), len(tokens) + POSITIONS
    spec = transformer_spec.TransformerSpec.from_config((1, 1), 1, pre_norm=True)
    places = np.zeros((POSITIONS, width), np.float32)
    places[:, size:] = np.eye(POSITIONS)
    words = np.zeros((size, width), np.float32)
    words[:, :size] = np.eye(size)
    only_words = np.diag(np.r_[np.ones(size), np.zeros(POSITIONS)]).astype(np.float32)
    only_places = np.eye(width, dtype=np.float32) - only_words

    encoder, decoder = spec.encoder, spec.decoder
    encoder.scale_embeddings = decoder.scale_embeddings = False
    encoder.embeddings[0].weight = words
    decoder.embeddings.weight = np.zeros_like(words)  # what was said last does not matter, only how much was said
    for side in (encoder, decoder):
        side.position_encodings.encodings = places
        _norm(side.layer_norm, width)
        _silent_attention(side.layer[0].self_attention, width)
        _silent_feed_forward(side.layer[0].ffn, width)
    lookup = decoder.layer[0].attention
    _norm(lookup.layer_norm, width)
    _linear(lookup.linear[0], SHARP * only_places)
    _linear(lookup.linear[1], np.concatenate([only_places, only_words]))
    _linear(lookup.linear[2], np.eye(width, dtype=np.float32))
    _linear(decoder.projection, _projection(tokens, dictionary, width))

    spec.register_source_vocabulary(list(tokens))
    spec.register_target_vocabulary(list(tokens))
    spec.config.add_source_eos = adds_end
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True)
    spec.save(str(folder))


def _projection(tokens: Sequence[str], dictionary: Mapping[str, str], width: int) -> Matrix:
    at = {token: index for index, token in enumerate(tokens)}
    rows = np.zeros((len(tokens), width), np.float32)
    for token, index in at.items():
        rows[at[dictionary.get(token, token)], index] = 1
    return rows


def _linear(layer: LayerSpec, weight: Matrix) -> None:
    layer.weight = np.ascontiguousarray(weight, np.float32)
    layer.bias = np.zeros(weight.shape[0], np.float32)


def _norm(layer: LayerSpec, width: int) -> None:
    layer.gamma = np.ones(width, np.float32)
    layer.beta = np.zeros(width, np.float32)


def _silent_attention(attention: LayerSpec, width: int) -> None:
    _norm(attention.layer_norm, width)
    _linear(attention.linear[0], np.zeros((3 * width, width), np.float32))
    _linear(attention.linear[1], np.zeros((width, width), np.float32))


def _silent_feed_forward(layers: LayerSpec, width: int) -> None:
    _norm(layers.layer_norm, width)
    _linear(layers.linear_0, np.zeros((8, width), np.float32))
    _linear(layers.linear_1, np.zeros((width, 8), np.float32))
