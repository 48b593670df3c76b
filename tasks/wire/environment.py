"""Configuration that both the edge and the workers need, read from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


def env(name: str, default: str) -> str:
    """The value of `name`, or `default` where it is unset or empty."""
    return os.environ.get(name) or default


def _redis_url() -> str:
    password = os.environ.get("REDIS_PASSWORD", "")
    auth = f":{password}@" if password else ""
    return env("REDIS_URL", f"redis://{auth}{env('REDIS_HOST', '127.0.0.1')}:{env('REDIS_PORT', '8050')}/0")


def _cache_dir() -> Path:
    root = env("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    return Path(env("JBC_CACHE", f"{root}/jbcalling"))


@dataclass(frozen=True)
class TaskConfig:
    """What a worker, or a process that sends work to workers, must know."""

    redis_url: str = field(default_factory=_redis_url)
    """REDIS_URL, else the server of the `redis` Procfile line: REDIS_HOST, REDIS_PORT and REDIS_PASSWORD."""
    cache_dir: Path = field(default_factory=_cache_dir)
    """JBC_CACHE: downloads and builds kept outside the checkout, one folder for all checkouts of a user."""
    threads: int = field(default_factory=lambda: int(env("MODEL_THREADS", str(min(4, os.cpu_count() or 1)))))
    """MODEL_THREADS: threads one model may use for one request; keep it within the cores of the machine."""

    beam: int = field(default_factory=lambda: int(env("TRANSLATE_BEAM", "2")))
    """TRANSLATE_BEAM: hypotheses that CTranslate2 translators keep at a time; 1 is fastest, Argos Translate uses 4."""
    translation_cache: int = field(default_factory=lambda: int(env("CACHE_TRANSLATION_MB", "32")) * 1_000_000)
    """CACHE_TRANSLATION_MB: how much Redis keeps of translations, in bytes; 0: none."""
    audio_cache: int = field(default_factory=lambda: int(env("CACHE_AUDIO_MB", "128")) * 1_000_000)
    """CACHE_AUDIO_MB: the same of synthesised audio."""

    @property
    def stt_threads(self) -> int:
        """Half of `threads`: a recogniser's steps are so small that more threads mostly wait for each other.

        Measured on two cores with segments of 4 to 8 s: 456 ms with one thread, 452 with two; beside four processes
        that use 40 % of a core each 647 and 714 (p95 1282 and 1643).
        """
        return max(1, self.threads // 2)

    @property
    def stt_at_once(self) -> int:
        """Recognitions side by side, so that the last words of an utterance do not wait for an interim caption.

        Measured on two cores, asking 0.1 s after an interim ask: 821 ms instead of 1212 (644 without the interim).
        """
        return max(1, self.threads // self.stt_threads)

    @property
    def models_dir(self) -> Path:
        """Where installed models lie, one folder a model."""
        return Path(env("MODELS_DIR", str(self.cache_dir / "models")))
