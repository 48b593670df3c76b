from __future__ import annotations

from tests.support.engines import engines, models

__all__ = ["engines", "models"]
