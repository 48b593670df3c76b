"""What the two halves of a talk say, each in its reader's language, where the pages are in that."""

from __future__ import annotations

from typing import Final

from app.i18n import INTERFACE, N_, gettext, locale, use
from app.i18n.formats import language_name

WORDS: Final[dict[str, str]] = {
    "listening": N_("Listening: speak now"),
    "speaking": N_("Speaking: not listening"),
    "held": N_("Listening to the other side"),
    "off": N_("Not listening"),
    "waiting": N_("One moment…"),
    "hold": N_("Hold to speak"),
    "empty": N_("Speak. What the other one says appears here."),
    "stale": N_("This line cannot be put right any more."),
}

WRONG: Final = N_("This was %(language)s")


def words_of(language: str, other: str) -> dict[str, str]:
    """The words of the half of `language`, and `lang`, which they are in.

    `wrong_CODE` is what a button says that puts a line right.
    """
    before = locale()
    use(language if language in INTERFACE else before)
    try:
        words = {key: gettext(text) for key, text in WORDS.items()}
        named = {code: gettext(WRONG, language=language_name(code)) for code in (language, other)}
        return {"lang": locale()} | words | {f"wrong_{code}": text for code, text in named.items()}
    finally:
        use(before)
