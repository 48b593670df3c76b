"""A language model of a few kilobytes that has learnt one sentence by heart: enough to run the real llama.cpp.

Attention and feed-forward layers are zero, so that the next token depends on the last one alone: whatever it was
asked, a turn begins with the first word of the sentence, goes on word by word, and ends.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Final

import gguf
import numpy as np
from numpy.typing import NDArray

WIDTH: Final = 128
CONTEXT: Final = 8192
_SPECIAL: Final = ("<unk>", "<|im_start|>", "<|im_end|>")
_TEMPLATE: Final = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def write_parrot(path: Path, sentence: str, *, endless: bool = False) -> None:
    """Write a model to `path` that answers everything with `sentence`, over and over again if it is to be `endless`."""
    words = [f"▁{word}" for word in sentence.split()]
    tokens = [*_SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256)), *words]
    first = len(tokens) - len(words)
    newline = len(_SPECIAL) + ord("\n")
    road = [newline, *range(first, len(tokens)), first if endless else _SPECIAL.index("<|im_end|>")]
    embeddings = np.random.default_rng(0).normal(size=(len(tokens), WIDTH)).astype(np.float32)
    output = np.zeros_like(embeddings)
    for token, following in itertools.pairwise(road):
        output[following] += embeddings[token]
    writer = gguf.GGUFWriter(path, "llama")
    _describe(writer, tokens)
    writer.add_tensor("token_embd.weight", embeddings)
    writer.add_tensor("output.weight", output)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for name, tensor in _idle_layer().items():
        writer.add_tensor(f"blk.0.{name}.weight", tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: gguf.GGUFWriter, tokens: list[str]) -> None:
    control, byte, normal = gguf.TokenType.CONTROL, gguf.TokenType.BYTE, gguf.TokenType.NORMAL
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(WIDTH)
    writer.add_head_count(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // 2)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types([control] * len(_SPECIAL) + [byte] * 256 + [normal] * (len(tokens) - 256 - len(_SPECIAL)))
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_chat_template(_TEMPLATE)


def _idle_layer() -> dict[str, NDArray[np.float32]]:
    """A layer that adds nothing."""
    square = np.zeros((WIDTH, WIDTH), np.float32)
    names = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
    norms = dict.fromkeys(("attn_norm", "ffn_norm"), np.ones(WIDTH, np.float32))
    return dict.fromkeys(names, square) | norms
