"""What the web process may load."""

from __future__ import annotations

import subprocess
import sys

from ops.harness.web_server import ROOT

MODELS = ("ctranslate2", "onnxruntime", "faster_whisper", "fxtranslate", "av", "torch", "hibari_tts")


def test_web_loads_no_model_library() -> None:
    code = f"import sys, app.main; print(sorted(set(sys.modules) & set({MODELS!r})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
