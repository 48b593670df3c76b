"""The languages a person can choose, by their own names."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final[dict[str, str]] = {"en": "English", "pt": "Português", "vi": "Tiếng Việt"}
"""BCP 47 primary subtag → the language's name in itself."""
