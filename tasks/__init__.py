"""The batch side: Dramatiq actors that transcribe, translate and speak. Imports nothing from `app`."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
"""ONNX Runtime, from 1.29 on, tells Microsoft of every model that it loads, unless it reads this before it starts."""
