"""What a browser calls itself (its User-Agent), in words."""

from __future__ import annotations

import re
from typing import Final

from app.i18n import gettext as _

BROWSERS: Final = {
    "Edge": re.compile(r"\bEdg(?:A|iOS)?/(\d+)"),
    "Opera": re.compile(r"\bOPR/(\d+)"),
    "Samsung Internet": re.compile(r"\bSamsungBrowser/(\d+)"),
    "Firefox": re.compile(r"\b(?:Firefox|FxiOS)/(\d+)"),
    "Chrome": re.compile(r"\b(?:Chrome|HeadlessChrome|CriOS)/(\d+)"),
    "Safari": re.compile(r"\bVersion/(\d+)[\d.]* (?:Mobile/\w+ )?Safari/"),
}
"""Name → what finds its version. In this order: most browsers name those before them, for sites that ask for them."""

SYSTEMS: Final = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}
"""What stands there → the system, in this order: iPhones are "like Mac OS X", and Android is a Linux."""


def in_words(agent: str) -> str:
    """Browser and system, as "Firefox 143 on Windows", in the language of this request.

    What is neither known nor said is left out. It is only what the browser says of itself: iPads call themselves Macs.
    """
    browser = next((f"{name} {found[1]}" for name, known in BROWSERS.items() if (found := known.search(agent))), "")
    system = next((name for word, name in SYSTEMS.items() if word in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("unknown")
