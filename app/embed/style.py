"""How an embed shows captions: query parameters, checked, as a stylesheet. No value reaches a page as it was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final
from urllib.parse import urlencode

TRANSPARENT: Final = "transparent"
SIZES: Final = range(10, 201)
LINES: Final = range(0, 51)
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "theme": ("auto", "light", "dark"),
    "font": ("sans", "serif", "mono"),
    "align": ("left", "center", "right"),
    "names": ("show", "hide"),
    "original": ("until", "always", "never"),
    "state": ("problems", "always", "never"),
    "shadow": ("off", "on"),
    "sentences": ("soon", "whole"),
}
"""Parameter → what it may be, the default first."""

_COLOUR = re.compile(r"#?((?:[0-9a-fA-F]{3,4}){1,2})")
_FONTS: Final = {
    "sans": 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
    "serif": 'Georgia, "Noto Serif", "Liberation Serif", serif',
    "mono": 'ui-monospace, Menlo, Consolas, "Liberation Mono", monospace',
}
_SCHEMES: Final = {"auto": "light dark", "light": "light", "dark": "dark"}


class StyleError(ValueError):
    """A parameter is none, or cannot have this value; the message says what it may be."""


@dataclass(frozen=True)
class EmbedStyle:
    """What can be set; `docs/embeds.md` describes each."""

    theme: str = "auto"
    font: str = "sans"
    align: str = "left"
    names: str = "show"
    original: str = "until"
    state: str = "problems"
    shadow: str = "off"
    sentences: str = "soon"
    """How translations come (`app.rooms.caption_feed.Sentences`)."""
    size: int = 28
    """Pixels of the newest text."""
    lines: int = 0
    """Utterances shown; 0: all of them, to scroll back in."""
    color: str = ""
    """Hexadecimal digits; "": the theme's."""
    background: str = ""
    """The same, or `TRANSPARENT`."""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> EmbedStyle:
        """The style in a query; parameters that are not about style are passed over.

        Raises:
            StyleError: a value is not allowed.
        """
        values: dict[str, Any] = {}
        for name in (field.name for field in fields(cls)):
            given = query.get(name, "")
            if not given:
                continue
            if name in CHOICES:
                values[name] = _choice(name, given)
            elif name in {"color", "background"}:
                values[name] = _colour(name, given)
            else:
                values[name] = _number(name, given, SIZES if name == "size" else LINES)
        return cls(**values)

    def query(self) -> str:
        """The parameters that differ from the defaults."""
        default = asdict(EmbedStyle())
        return urlencode({name: value for name, value in asdict(self).items() if value != default[name]})

    def css(self) -> str:
        """The stylesheet that sets it."""
        root = [f"--size:{self.size}px", f"--align:{self.align}", f"--font:{_FONTS[self.font]}"]
        if self.color:
            root.append(f"--ink:#{self.color}")
            root.append("--soft:color-mix(in srgb,var(--ink) 78%,transparent)")
        if self.background:
            root.append(f"--back:{self.background if self.background == TRANSPARENT else '#' + self.background}")
        if self.background != TRANSPARENT:  # with a scheme, browsers paint frames that should show what is below
            root.append(f"color-scheme:{_SCHEMES[self.theme]}")
        rules = [f":root{{{';'.join(root)}}}"]
        if self.shadow == "on":
            rules.append("#captions{text-shadow:0 0 .12em #000,0 0 .12em #000,0 .05em .2em #000}")
        if self.lines:
            says = ".utterance:has(p:not(:empty))"
            rules.append(f"#captions>li:nth-last-child(n+{self.lines + 1} of {says}){{display:none}}")
        return "\n".join(rules) + "\n"


def _choice(name: str, given: str) -> str:
    if given not in CHOICES[name]:
        raise StyleError(f"{name} must be one of {', '.join(CHOICES[name])}.")
    return given


def _colour(name: str, given: str) -> str:
    if name == "background" and given == TRANSPARENT:
        return given
    match = _COLOUR.fullmatch(given)
    if match is None:
        also = f", or {TRANSPARENT}" if name == "background" else ""
        raise StyleError(f"{name} must be 3, 4, 6 or 8 hexadecimal digits, as ffcc00{also}.")
    return match[1].lower()


def _number(name: str, given: str, allowed: range) -> int:
    if not re.fullmatch(r"\d{1,3}", given) or int(given) not in allowed:
        raise StyleError(f"{name} must be a whole number from {allowed.start} to {allowed.stop - 1}.")
    return int(given)
