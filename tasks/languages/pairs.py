"""The pair that comes with every installation: its models are among those that are always installed."""

from __future__ import annotations

from typing import Final

DEFAULT_PAIR: Final = ("en", "pt")
"""What works end to end without installing anything more: the demo and the forms begin with it."""

ALWAYS: Final = frozenset({DEFAULT_PAIR, DEFAULT_PAIR[::-1]})
"""(source, target) that every installation translates."""

DEMO_PAIRS: Final = (DEFAULT_PAIR, ("vi", "en"))
"""What the recording of each demo speaks, and what its visitor reads and hears."""

CODES_OF_CLIENTS: Final = {"pb": "pt", "zt": "zh"}
"""Codes of LibreTranslate that are no tags of BCP 47 → the language."""
