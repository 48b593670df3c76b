"""What Prometheus is told about kept calls."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

STORED: Final = Counter("jbc_kept_bytes_total", "Bytes of sound stored of calls that are kept")
