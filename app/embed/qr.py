"""QR codes as pictures within a page."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_svg(text: str) -> Markup:
    """An `<svg>` in the text's colour, with the quiet zone of four modules that scanners want and no size of its own.

    Error correction is low, which keeps the modules large: a screen does not get dirty.
    """
    svg = segno.make(text, error="l", boost_error=False, micro=False).svg_inline(
        omitsize=True, border=4, svgclass="qr", lineclass=None, dark="#000", light="#fff"
    )
    return Markup(svg)  # noqa: S704 - made of modules, not of the text
