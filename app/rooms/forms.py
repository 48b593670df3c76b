"""The forms of the room pages: what was typed, what is wrong with it, and the clean values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.auth.tokens import ORIGINAL
from app.i18n import N_
from app.i18n import gettext as _
from app.visible import clean
from tasks.languages import LANGUAGES

NAME_LENGTH: Final = 60
ROOM_NAME_LENGTH: Final = 80
MOST_AMONG: Final = 8
"""Languages at one microphone (`tasks.wire.messages.Segment.among`)."""
MISMATCHED: Final = N_("Choose two different languages: from which, and into which.")
"""What is wrong where `chosen_pairs` finds none."""


@dataclass
class JoinForm:
    """What somebody who enters a room says about themselves."""

    name: str = ""
    speak: str = ""
    read: str = ""
    hear: str = ""
    hear_drafts: bool = False
    """Whether drafts are to be spoken too."""
    whole_sentences: bool = False
    """Whether translations are to come by whole sentences rather than as soon as possible."""
    shares: bool = False
    """Whether several people share their microphone."""
    among: list[str] = field(default_factory=list)
    """The languages that those speak, `speak` among them."""
    source: str = ""
    """What they offer to interpret from, and into which, and whether both ways."""
    target: str = ""
    both: bool = True
    offers: list[str] = field(default_factory=list)
    """The pairs of these that they offer to interpret, as "pt>en"."""
    errors: dict[str, str] = field(default_factory=dict)
    """Field → what is wrong and what to do."""

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> JoinForm:
        """Check what was sent; the values stay as typed where they are wrong."""
        form = cls(
            name=clean(data.get("name"), NAME_LENGTH),
            speak=_word(data.get("speak")),
            read=_word(data.get("read")),
            hear=_word(data.get("hear")),
            hear_drafts=bool(data.get("hear_drafts")),
            whole_sentences=bool(data.get("whole_sentences")),
            shares=bool(data.get("shares")),
        )
        form.among = [code for code in LANGUAGES if data.get(f"among-{code}") or (form.shares and code == form.speak)]
        if data.get("interpreter"):
            form.source, form.target = _word(data.get("source")), _word(data.get("target"))
            form.both = bool(data.get("both"))
            form.offers = chosen_pairs(data) or []
            if not form.offers:
                form.errors["source"] = _(MISMATCHED)
        if not form.name:
            form.errors["name"] = _("Type the name that the others will see.")
        elif len(form.name) > NAME_LENGTH:
            form.errors["name"] = _("Use at most %(limit)d characters.", limit=NAME_LENGTH)
        if form.speak not in LANGUAGES:
            form.errors["speak"] = _("Choose the language you speak.")
        if form.read not in LANGUAGES:
            form.errors["read"] = _("Choose the language you read.")
        if form.hear not in LANGUAGES and form.hear != ORIGINAL:
            form.errors["hear"] = _("Choose a language to hear, or the original voices.")
        if form.shares and not 2 <= len(form.among) <= MOST_AMONG:
            form.errors["among"] = _("Choose the languages that are spoken at your microphone: two to eight.")
        return form

    @property
    def spoken(self) -> list[str]:
        """The languages that an utterance of theirs may be in; empty where it is in `speak`."""
        return self.among if self.shares else []


def chosen_pairs(data: Mapping[str, Any]) -> list[str] | None:
    """The pairs that a form names, as "pt>en"; none where it names none, None where it makes no sense."""
    source, target = (str(data.get(field, ""))[:10] for field in ("source", "target"))
    if not source and not target:
        return []
    if source == target or not {source, target} <= LANGUAGES.keys():
        return None
    return [f"{source}>{target}", *([f"{target}>{source}"] if data.get("both") else [])]


def _word(value: object) -> str:
    return value[:10] if isinstance(value, str) else ""


@dataclass
class RoomForm:
    """A new room."""

    name: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> RoomForm:
        """Check what was sent; a room needs no name."""
        form = cls(clean(data.get("name"), ROOM_NAME_LENGTH))
        if len(form.name) > ROOM_NAME_LENGTH:
            form.errors["name"] = _("Use at most %(limit)d characters, or leave it empty.", limit=ROOM_NAME_LENGTH)
        return form
