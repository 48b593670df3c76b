"""A talk of two people by one device: the form that begins it, and what the SFU's token says of the device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.auth.tokens import ORIGINAL, Mistaken, ParticipantMeta
from app.i18n import gettext as _
from app.tables import Participant
from tasks.languages import FIRST_LANGUAGES, LANGUAGES
from tasks.wire.messages import segment_id


@dataclass
class TalkForm:
    """The languages of the two, and whether what they say is kept."""

    near: str = FIRST_LANGUAGES[0]
    """Of the half that is turned to whoever holds the device."""
    far: str = FIRST_LANGUAGES[1]
    keep: bool = False
    """Whether captions stay as in other rooms; otherwise none is stored."""
    hear_drafts: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> TalkForm:
        """Check what was sent."""
        form = cls(
            near=str(data.get("near", ""))[:10],
            far=str(data.get("far", ""))[:10],
            keep=bool(data.get("keep")),
            hear_drafts=bool(data.get("hear_drafts")),
        )
        if form.near not in LANGUAGES:
            form.errors["near"] = _("Choose a language.")
        if form.far not in LANGUAGES:
            form.errors["far"] = _("Choose a language.")
        elif form.far == form.near:
            form.errors["far"] = _("Choose another language than on your side.")
        return form


@dataclass(frozen=True)
class Spoken:
    """What the page says of who speaks, with each token that it asks for."""

    speak: str = ""
    """The language of whose button is held down; empty: it is found out with each utterance."""
    segment: str = ""
    """The last utterance that was taken for the other language, or a line of it; empty: none in this talk."""
    language: str = ""
    """What that is in."""


def talk_meta(person: Participant, spoken: Spoken) -> ParticipantMeta:
    """What the SFU passes on about the device; what is no language of the talk says nothing."""
    both = languages_of(person)
    known = spoken.speak in both
    wrong = spoken.segment and spoken.language in both
    mistaken = Mistaken(segment_id(spoken.segment[:96]), spoken.language) if wrong else None
    return ParticipantMeta(
        name=person.name,
        speak=spoken.speak if known else both[0],
        among=[] if known else both,
        between=both,
        mistaken=mistaken,
        read=both[0],
        hear=ORIGINAL,
        hear_drafts=person.hear_drafts,
    )


def languages_of(person: Participant) -> list[str]:
    """The two languages of a talk, which its one participant speaks and reads."""
    return [person.speak, person.read]
