"""What is no language: addresses, placeholders, emoji. It passes a translation byte for byte. Pure functions."""

from __future__ import annotations

import re
from typing import Final

# Each begins where no other could begin before it, or is bounded: a word of 20,000 letters kept `web` busy for seconds.
_ADDRESS: Final = r"(?:[a-z][a-z0-9+.-]{0,30}://|www\.)\S*[^\s.,;:!?\"'\u201d\u2019»)\]}…]|mailto:\S+"
_MAIL: Final = r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+"
_HOST: Final = (
    r"(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|io|dev|app|br|pt|vn|uk|info|local)(?:/\S*[\w/])?(?![\w.])"
)
_HANDLE: Final = r"(?<!\w)[@#](?=\w*[^\W\d])\w+"
_PATH: Final = r"(?<!\S)(?:~|\.{1,2})?/(?:[\w.-]+/)+[\w.-]*|\b[A-Za-z]:\\[\w\\.-]+"
_SLOT: Final = (
    r"\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\{[\w.:!, -]*\}|%\([\w.]+\)[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|%\d+\$[sdif]"
    r"|(?<![\w%])%(?:\d*\.\d+)?[sdifxuc@](?!\w)|</?[A-Za-z][^<>\n]*>|&(?:#\d+|#x[0-9a-f]+|[a-z]+);|`[^`\n]+`|\\[nrt]"
)
_FILE: Final = (
    r"(?<![\w@/.-])[\w-]+(?:\.[\w-]+)*\.(?:docx?|xlsx?|pptx?|od[tsp]|pdf|txt|md|csv|json|ya?ml|xml|html?|css|[jt]sx?|py|sh"
    r"|exe|zip|tar|gz|7z|png|jpe?g|gif|svg|webp|mp[34]|wav|flac|ogg|webm|mkv|mov|srt|vtt|log|ini|toml|conf|db|sql|apk)(?!\w)"
)
_IDENTIFIER: Final = (
    r"(?<!\w)__\w+__(?!\w)|(?<!\w)\w*[^\W_]_+[^\W_]\w*|(?-i:(?<!\w)[a-z]{3}[a-z0-9]*(?:[A-Z][a-z0-9]+)+)(?!\w)"
    r"|(?<!\w)(?=\w{8})(?!\d+h\d)(?:[a-z]+\d+[a-z]|\d+[a-z]+\d)[a-z0-9]*(?!\w)"
)
"""With low lines or capitals within; letters and digits in turn, as codes have them."""
_OVERRIDE: Final = r"\{\\[^{}\n]*\}|\{[a-z]:[^{}\s]*\}"
"""How a subtitle looks, in ASS and MicroDVD."""
_EMOJI: Final = (
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a\u231b\u23e9-\u23fa\u2190-\u21ff\u3030\u303d\u00a9\u00ae"
    "\u2122]"
)
_JOINED: Final = "[\ufe0e\ufe0f\u200d\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_PICTURE: Final = rf"(?:{_EMOJI}|[0-9#*](?=\ufe0f?\u20e3)){_JOINED}*(?:{_EMOJI}{_JOINED}*)*"
_SMILEY: Final = r"(?<!\S)[:;=8][-o*']?[)\](\[dDpP/\\|3](?!\w)|<3(?!\w)"

_LITERAL = re.compile(
    "|".join((_ADDRESS, _MAIL, _SLOT, _OVERRIDE, _HOST, _HANDLE, _PATH, _FILE, _IDENTIFIER, _PICTURE, _SMILEY)),
    re.IGNORECASE,
)
_EDGE = re.compile(rf"(?:{_PICTURE}|\s|{_SMILEY})+", re.IGNORECASE)
_AT_END = re.compile(rf"(?:\s*(?:{_PICTURE}|{_SMILEY}))+\s*$", re.IGNORECASE)


def literals(text: str) -> list[tuple[int, int]]:
    """Where they are, in order."""
    return [match.span() for match in _LITERAL.finditer(text)]


def has_words(text: str) -> bool:
    """Whether there is anything to translate: a letter outside the literals."""
    return any(letter.isalpha() for letter in without_literals(text))


def without_literals(text: str) -> str:
    """`text` with a space in the place of each."""
    return _LITERAL.sub(" ", text)


def edges(text: str) -> tuple[str, str, str]:
    """Emoji and space at the beginning, what is between, and emoji and space at the end."""
    first = _EDGE.match(text)
    start = first.end() if first else 0
    last = _AT_END.search(text, start)
    end = last.start() if last else start + len(text[start:].rstrip())
    return text[:start], text[start:end], text[end:]
