"""What is normal for a voice: measured over a fixed sentence, which takes seconds, and kept beside models' speeds."""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from tasks.models import measured
from tasks.models.lock import write_whole

Array = NDArray[np.float32]

_NAME: Final = "kokoro-voices.npz"
_OF: Final = "of"
_GAIN: Final = "gain"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Normal:
    """Of one voice."""

    gain: float
    """The factor that brings it to the level that all voices have (`tasks.engines.tts.loudness.gain_for`)."""
    statistics: dict[str, Array]
    """Means and variances of the vocoder's instance normalisation, by their names in the network."""


def normal(
    model: Path, samples: Mapping[str, Mapping[str, Any]], measure: Callable[[], dict[str, Normal]]
) -> dict[str, Normal]:
    """What is normal for every voice: as it was measured before of the same on this processor, or by `measure`.

    Args:
        model: the network's file.
        samples: of each voice, the sentence as the network takes it.
        measure: does it.
    """
    of = _identity(model, samples)
    kept = _read(of, samples)
    if kept is None:
        kept = measure()
        _keep(of, kept)
    return kept


def _identity(model: Path, samples: Mapping[str, Mapping[str, Any]]) -> str:
    about = model.stat()
    found = hashlib.sha256(f"{about.st_size} {about.st_mtime_ns} {onnxruntime.__version__}".encode())
    found.update(measured.processor().encode())
    for voice, inputs in sorted(samples.items()):
        found.update(voice.encode())
        for name in sorted(inputs):
            found.update(np.ascontiguousarray(inputs[name]).tobytes())
    return found.hexdigest()


def _read(of: str, samples: Mapping[str, object]) -> dict[str, Normal] | None:
    try:
        with np.load(measured.folder() / _NAME, allow_pickle=False) as kept:
            if str(kept[_OF]) != of:
                return None
            found: dict[str, Normal] = {voice: Normal(float(kept[f"{voice} {_GAIN}"]), {}) for voice in samples}
            for name in kept.files:
                voice, _, statistic = name.partition(" ")
                if voice in found and statistic != _GAIN:
                    found[voice].statistics[statistic] = kept[name]
            return found
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        logger.warning("What was measured of Kokoro's voices cannot be read, it is measured again: %s", error)
        return None


def _keep(of: str, found: dict[str, Normal]) -> None:
    arrays: dict[str, Any] = {_OF: np.array(of)}
    for voice, each in found.items():
        arrays[f"{voice} {_GAIN}"] = np.array(each.gain)
        arrays |= {f"{voice} {name}": values for name, values in each.statistics.items()}
    content = io.BytesIO()
    np.savez(content, **arrays)
    try:
        measured.folder().mkdir(parents=True, exist_ok=True)
        write_whole(measured.folder() / _NAME, content.getvalue())
    except OSError as error:
        logger.warning("What was measured of Kokoro's voices could not be saved: %s", error)
