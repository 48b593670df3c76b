"""An XTTS model of a few megabytes with random weights: the real architecture and file formats, nothing learnt.

The real weights cannot be had in a test. What is spoken is noise, but loading, cloning, caching and streaming are the
real code at a size that runs in seconds.
"""

from __future__ import annotations

import string
from pathlib import Path
from typing import Final

import torch
from tokenizers import Tokenizer, models
from TTS.tts.configs.xtts_config import XttsArgs, XttsConfig
from TTS.tts.models.xtts import Xtts

LANGUAGES: Final = ["en", "pt"]
CHANNELS: Final = 64
TOKENS: Final = 33
"""Every utterance is three tokens shorter, of 1024 samples at 22.05 kHz each: 1.4 s, which comes in two pieces."""


def write_tiny_xtts(folder: Path, *, seed: int = 0) -> Path:
    """A model folder as XTTS is published: config.json, model.pth, vocab.json, speakers_xtts.pth."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    _tokenizer().save(str(folder / "vocab.json"))
    config = XttsConfig(languages=LANGUAGES, gpt_cond_len=6, gpt_cond_chunk_len=3, max_ref_len=6)
    config.model_args = XttsArgs(
        gpt_layers=2,
        gpt_n_model_channels=CHANNELS,
        gpt_n_heads=2,
        gpt_max_audio_tokens=TOKENS,
        gpt_max_text_tokens=402,
        gpt_num_audio_tokens=102,
        gpt_start_audio_token=100,
        gpt_stop_audio_token=101,
        gpt_use_perceiver_resampler=True,
        decoder_input_dim=CHANNELS,
        tokenizer_file=str(folder / "vocab.json"),
    )
    model = Xtts(config)
    model.tokenizer.tokenizer = Tokenizer.from_file(str(folder / "vocab.json"))
    model.init_models()
    # Random weights would stop anywhere; these never do, so that every utterance is as long as the model allows.
    with torch.no_grad():
        model.gpt.mel_head.bias[101] = -1e4
    config.save_json(str(folder / "config.json"))
    torch.save({"model": model.state_dict()}, folder / "model.pth")
    own = {"gpt_cond_latent": torch.randn(1, 32, CHANNELS), "speaker_embedding": torch.randn(1, 512, 1)}
    torch.save({"Ana Florence": own}, folder / "speakers_xtts.pth")
    return folder


def _tokenizer() -> Tokenizer:
    special = ["[STOP]", "[UNK]", "[SPACE]", *(f"[{language}]" for language in LANGUAGES), "[START]"]
    letters = [*string.ascii_lowercase, *string.punctuation, *"áàâãéêíóôõúüç"]
    vocabulary = {token: number for number, token in enumerate([*special, *letters])}
    tokenizer = Tokenizer(models.BPE(vocabulary, [], unk_token="[UNK]"))
    tokenizer.add_special_tokens(special)
    return tokenizer
