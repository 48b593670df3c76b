"""Engines by the format of their models."""

from __future__ import annotations

from tasks.engines.description import Description
from tasks.engines.listing import descriptions


def described(engine: str) -> Description:
    """The engine of that format."""
    return next(description for description in descriptions() if description.format == engine)
