"""What Prometheus is told about transcripts."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

DELETED: Final = Counter("jbc_captions_deleted_total", "Captions deleted because their time was up, or by request")
CORRECTED: Final = Counter("jbc_captions_corrected_total", "Corrections that people made")
