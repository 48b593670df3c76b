"""Piper voices through piper-tts, which is GPL-3.0 and therefore never installed by default (extra `piper`).

A voice is a folder with one model and its description (`NAME.onnx`, `NAME.onnx.json`), as Piper's makers publish them.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType

import numpy as np

from tasks.engines.base import Audio, EngineError, TextToSpeech
from tasks.engines.tts.loudness import Samples, finish, gain_for
from tasks.engines.tts.piper import available
from tasks.engines.tts.speakable import speakable, speakable_clauses
from tasks.languages import described


class Piper(TextToSpeech):
    """One Piper voice, or one model with several speakers, on the CPU."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        if not available():
            raise EngineError("Piper is not installed: install the extra `piper` (GPL-3.0)")
        import onnxruntime
        from piper import PiperConfig, PiperVoice

        model, described = _files(folder)
        try:
            self._config = PiperConfig.from_dict(described)
        except (KeyError, TypeError, ValueError) as error:
            raise EngineError(f"{model.name}.json does not describe a Piper voice: {error!r}") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that spin while they wait would take the cores from the other engines.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._piper = PiperVoice(session=session, config=self._config)
        language = str(self._config.espeak_voice).partition("-")[0]
        speakers = tuple(self._config.speaker_id_map) or (model.stem,)
        self.name = f"piper-{model.stem}"
        self.languages = frozenset({language})
        self.voices = MappingProxyType({language: speakers})
        self._gains: dict[str, float] = {}

    def warm_up(self) -> None:
        """Speak a fixed sentence with every speaker, which sets the levels."""
        for language, voices in self.voices.items():
            for voice in voices[:8]:  # a model may hold hundreds; the others set their level when first heard
                sample = self._synthesise(described(language).samples.level, voice)
                self._gains[voice] = gain_for(sample, self._rate)

    def clauses(self, text: str, language: str) -> list[str]:
        """Clauses that sound after some 100 ms."""
        return speakable_clauses(text, language, lengths=(60, 120, 200))

    def speak(self, clause: str, language: str, voice: str | None = None) -> Audio:
        """One clause; see `TextToSpeech.speak`."""
        chosen = self.voice_of(language, voice)
        samples = self._synthesise(speakable(clause, language), chosen)
        gain = self._gains.setdefault(chosen, gain_for(samples, self._rate))
        return finish(samples, self._rate, gain=gain, clause=clause)

    @property
    def _rate(self) -> int:
        return int(self._config.sample_rate)

    def _synthesise(self, text: str, voice: str) -> Samples:
        from piper import SynthesisConfig

        # "[[…]]" would be taken for phonemes, and a null character for the end.
        plain = "".join(character if character.isprintable() else " " for character in text)
        plain = plain.replace("[[", "[").replace("]]", "]")
        settings = SynthesisConfig(speaker_id=self._config.speaker_id_map.get(voice), normalize_audio=False)
        pieces = [chunk.audio_float_array for chunk in self._piper.synthesize(plain, settings)]
        samples: Samples = np.concatenate(pieces).astype(np.float32) if pieces else np.zeros(0, np.float32)
        if not samples.any():
            raise EngineError(f"{self.name} found nothing to say in {len(text)} characters")
        return samples


def _files(folder: Path) -> tuple[Path, dict[str, object]]:
    models = sorted(folder.glob("*.onnx"))
    if len(models) != 1:
        raise EngineError(f"{folder} holds {len(models)} .onnx files; a Piper voice is a folder with one and its .json")
    try:
        described = json.loads(Path(f"{models[0]}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(
            f"{models[0].name}.json, the description of the Piper voice, cannot be read: {error}"
        ) from error
    if not isinstance(described, dict) or described.get("phoneme_type", "espeak") != "espeak":
        raise EngineError(f"{models[0].name}.json does not describe a Piper voice that is spoken through espeak-ng")
    return models[0], described
