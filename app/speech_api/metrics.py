"""What the speech APIs count; requests and seconds by route are in `jbc_web_requests_*`."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

_SECONDS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

ANSWER: Final = Histogram(
    "jbc_api_answer_seconds", "From asking a worker to its first reply", ["kind"], buckets=_SECONDS
)
UNANSWERED: Final = Counter("jbc_api_unanswered", "Requests that no worker answered in time", ["kind"])
REFUSED: Final = Counter("jbc_api_refused", "Requests refused for their key or its limits", ["code"])
HEARD: Final = Counter("jbc_api_audio_seconds", "Seconds of audio received")
TRANSLATED: Final = Counter("jbc_api_translated_chars", "Characters translated")
SPOKEN: Final = Counter("jbc_api_spoken_seconds", "Seconds of speech synthesised")
LISTENERS: Final = Counter("jbc_api_listeners", "Processes started to decode audio", ["mode"])
