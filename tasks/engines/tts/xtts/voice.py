"""XTTS v2 through coqui-tts (extra `xtts`): speaks in the voice of a few seconds of recording, in pieces as it is made.

The code is MPL-2.0; the weights are under the Coqui Public Model License, which allows **non-commercial use only**. A
model is a folder with `config.json`, `model.pth` and `vocab.json`, and `speakers_xtts.pth` where it has own voices.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tasks.engines.base import Audio, EngineError, VoiceCloner
from tasks.engines.text.lru import Lru
from tasks.engines.tts.loudness import Leveller, Samples, active_level, closing_pause, gain_for, to_pcm, trim
from tasks.engines.tts.speakable import speakable, speakable_clauses
from tasks.engines.tts.xtts import available

LICENCE: Final = "Coqui Public Model License: non-commercial use only"
FORMAT: Final = "xtts latents 1"
"""Names what `latents` returns: a line of JSON with it and two shapes, then the float32 of both arrays."""

MIN_REFERENCE_SECONDS: Final = 3.0
"""Seconds of reference below which a voice is not recognisable."""

MIN_LEVEL_DBFS: Final = -65.0
"""dBFS of active speech below which a reference holds none."""

CACHED_VOICES: Final = 64
"""Voices whose latents stay in memory; one takes some 130 kB."""

RUNAWAY_SECONDS: Final = 3.0
SECONDS_A_CHARACTER: Final = 0.25
"""Speech that takes longer than this and `RUNAWAY_SECONDS` has run away: people need about 0.07 a character."""

_FILES: Final = ("config.json", "model.pth", "vocab.json")


@dataclass(frozen=True)
class _Speaker:
    """What the model needs to know of a voice."""

    digest: str
    condition: Any
    """Tensor (1, frames, channels) that starts the language model."""
    embedding: Any
    """Tensor (1, 512, 1) that colours the vocoder."""


class Xtts(VoiceCloner):
    """XTTS v2, on a GPU where there is one."""

    name = "xtts-v2"

    def __init__(self, folder: Path, *, threads: int) -> None:
        if not available():
            raise EngineError("XTTS is not installed: install the extra `xtts` (torch and coqui-tts, about 1 GB)")
        missing = [name for name in _FILES if not (folder / name).is_file()]
        if missing:
            raise EngineError(f"{folder} is not an XTTS model: it lacks {', '.join(missing)}")
        try:
            import torch
            from TTS.tts.configs.xtts_config import XttsConfig
            from TTS.tts.models.xtts import Xtts as Model
        except (ImportError, OSError) as error:
            raise EngineError(
                f"XTTS cannot be loaded: take torch and torchaudio both for CPU or both for CUDA ({error})"
            ) from error
        torch.set_num_threads(threads)
        self._config = XttsConfig()
        self._config.load_json(str(folder / "config.json"))
        self._model = Model(self._config)
        self._model.load_checkpoint(self._config, checkpoint_dir=str(folder), eval=True)
        if torch.cuda.is_available():
            self._model.cuda()
        self._rate = int(self._config.model_args.output_sample_rate)
        self.languages = frozenset(self._config.languages)
        own = tuple(self._model.speaker_manager.speaker_names) if self._model.speaker_manager else ()
        self.voices = MappingProxyType(dict.fromkeys(self.languages, own))
        # The model keeps the prefix of the utterance it is at: one at a time.
        self._busy = threading.Lock()
        self._made: Lru[bytes] = Lru(CACHED_VOICES)
        self._read: Lru[_Speaker] = Lru(CACHED_VOICES)
        self._gains: Lru[float] = Lru(CACHED_VOICES)

    def warm_up(self) -> None:
        """Speak two words in a voice made of noise, so that the first request is not slower than the others."""
        noise = (
            np.random.default_rng(0).normal(0, 3000, int(MIN_REFERENCE_SECONDS * self._rate)).astype("<i2").tobytes()
        )
        latents = self._measure(Audio(noise, self._rate))
        stream = self.speak_as("Good morning.", sorted(self.languages & {"en"} or self.languages)[0], latents)
        next(stream)
        stream.close()
        self.forget(latents)

    def clauses(self, text: str, language: str) -> list[str]:
        """Clauses well below the 200 characters that the model can hold in mind."""
        return speakable_clauses(text, language, lengths=(50, 100, 160))

    def speak(self, clause: str, language: str, voice: str | None = None) -> Audio:
        """One clause in one of the model's own voices; see `TextToSpeech.speak`."""
        known = self._model.speaker_manager.speakers[self.voice_of(language, voice)]
        latents = _packed(known["gpt_cond_latent"].cpu().numpy(), known["speaker_embedding"].cpu().numpy())
        pieces = list(self.speak_as(clause, language, latents))
        return Audio(b"".join(piece.pcm for piece in pieces), self._rate)

    def latents(self, reference: Audio) -> bytes:
        """See `VoiceCloner.latents`; the same recording is measured once."""
        digest = hashlib.sha256(reference.pcm + str(reference.rate).encode()).hexdigest()
        return self._made.get(digest, lambda: self._measure(reference))

    def speak_as(self, clause: str, language: str, latents: bytes) -> Generator[Audio, None, None]:
        """See `VoiceCloner.speak_as`. Others wait until the last piece has been taken or the iterator is closed."""
        if language not in self.languages:
            raise EngineError(f"{self.name} does not speak {language}: it speaks {', '.join(sorted(self.languages))}")
        text = speakable(clause, language)
        if not any(character.isalnum() for character in text):
            raise EngineError(f"{self.name} found nothing to say in {len(clause)} characters")
        digest = hashlib.sha256(latents).hexdigest()
        speaker = self._read.get(digest, lambda: self._unpacked(latents, digest))
        return self._stream(text, language, speaker)

    def forget(self, latents: bytes) -> None:
        """See `VoiceCloner.forget`."""
        digest = hashlib.sha256(latents).hexdigest()
        self._made.drop(lambda _key, made: made == latents)
        self._read.drop(lambda key, _speaker: key == digest)
        self._gains.drop(lambda key, _gain: key == digest)

    def _stream(self, clause: str, language: str, speaker: _Speaker) -> Generator[Audio, None, None]:
        limit = int((RUNAWAY_SECONDS + SECONDS_A_CHARACTER * len(clause)) * self._rate)
        level: Leveller | None = None
        with self._busy:
            for samples in self._pieces(clause, language, speaker):
                piece = (samples if level else trim(samples, self._rate, closing=False))[:limit]
                if piece.size == 0:
                    continue
                level = level or Leveller(self._rate, self._gain(speaker, piece))
                yield level.push(piece)
                limit -= piece.size
                if limit <= 0:
                    break
        if level is None:
            raise EngineError(f"{self.name} found nothing to say in {len(clause)} characters")
        yield Audio(to_pcm(closing_pause(clause, self._rate)), self._rate)

    def _gain(self, speaker: _Speaker, first: Samples) -> float:
        """One for all clauses of a voice, from the first piece it ever spoke."""
        return self._gains.get(speaker.digest, lambda: gain_for(first, self._rate))

    def _pieces(self, text: str, language: str, speaker: _Speaker) -> Iterator[Samples]:
        settings = {
            name: self._config[name]
            for name in ("temperature", "length_penalty", "repetition_penalty", "top_k", "top_p")
        }
        try:
            for piece in self._model.inference_stream(text, language, speaker.condition, speaker.embedding, **settings):
                yield piece.detach().float().cpu().numpy().reshape(-1)
        except (RuntimeError, ValueError, AssertionError) as error:
            raise EngineError(f"{self.name} could not speak {len(text)} characters of {language}: {error}") from error

    def _measure(self, reference: Audio) -> bytes:
        import torch
        import torchaudio

        samples = np.frombuffer(reference.pcm, "<i2").astype(np.float32) / np.float32(32768)
        spoken = trim(samples, reference.rate)
        if (
            spoken.size < MIN_REFERENCE_SECONDS * reference.rate
            or active_level(spoken, reference.rate) < MIN_LEVEL_DBFS
        ):
            raise EngineError(
                f"the recording is too short or too quiet: at least {MIN_REFERENCE_SECONDS:.0f} s of speech are needed"
            )
        level = np.clip(spoken * gain_for(spoken, reference.rate), -1, 1).astype(np.float32)
        config, rate = self._config, int(self._config.model_args.input_sample_rate)
        sound = torchaudio.functional.resample(torch.from_numpy(level)[None], reference.rate, rate)
        embedding = self._model.get_speaker_embedding(sound[:, : rate * int(config.max_ref_len)], rate)
        condition = self._model.get_gpt_cond_latents(
            sound, rate, length=int(config.gpt_cond_len), chunk_length=int(config.gpt_cond_chunk_len)
        )
        return _packed(condition.cpu().numpy(), embedding.cpu().numpy())

    def _unpacked(self, latents: bytes, digest: str) -> _Speaker:
        import torch

        arguments = self._config.model_args
        head, _, body = latents.partition(b"\n")
        try:
            described = json.loads(head)
            if described["format"] != FORMAT:
                raise ValueError(described["format"])
            condition_shape, embedding_shape = tuple(described["condition"]), tuple(described["embedding"])
            values = np.frombuffer(body, "<f4")
            split = int(np.prod(condition_shape))
            condition, embedding = values[:split].reshape(condition_shape), values[split:].reshape(embedding_shape)
        except (ValueError, KeyError, TypeError) as error:
            raise EngineError(f"these latents are not {self.name}'s: make them again from the recording") from error
        if (
            condition.ndim != 3
            or condition.shape[2] != arguments.gpt_n_model_channels
            or embedding.shape != (1, arguments.d_vector_dim, 1)
        ):
            raise EngineError(f"these latents were made with another model than this {self.name}: make them again")
        return _Speaker(digest, torch.from_numpy(condition.copy()), torch.from_numpy(embedding.copy()))


def _packed(condition: NDArray[np.float32], embedding: NDArray[np.float32]) -> bytes:
    head = {"format": FORMAT, "condition": condition.shape, "embedding": embedding.shape}
    return json.dumps(head).encode() + b"\n" + condition.astype("<f4").tobytes() + embedding.astype("<f4").tobytes()
