"""What the voice detector costs everything else on the machine."""

from __future__ import annotations

import os
import subprocess
import sys

THREADS = """
import os
from app.media.audio.silero import SileroVoiceActivityDetector
before = len(os.listdir("/proc/self/task"))
SileroVoiceActivityDetector().process_samples([0.0] * SileroVoiceActivityDetector.chunk_samples())
print(len(os.listdir("/proc/self/task")) - before, os.environ.get("OMP_THREAD_LIMIT"))
"""


def test_it_starts_no_threads_and_limits_nobody_else() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
    for limit in (None, "7"):
        given = environment if limit is None else environment | {"OMP_THREAD_LIMIT": limit}
        done = subprocess.run([sys.executable, "-c", THREADS], env=given, capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["0", str(limit)]
