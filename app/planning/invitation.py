"""What people are told who are invited, in each language of the interface."""

from __future__ import annotations

from collections.abc import Sequence

from babel.lists import format_list

from app.i18n import gettext as _
from app.i18n import locale
from app.i18n.catalogue import INTERFACE, speaking
from app.i18n.formats import appointment, language_name
from app.tables import Room


def invitations(room: Room, link: str, spoken: Sequence[str]) -> dict[str, str]:
    """The text in every interface language, that of this request first.

    Args:
        room: which one.
        link: where people enter it.
        spoken: the languages that people can speak here.
    """
    texts = {}
    for language in sorted(INTERFACE, key=lambda code: code != locale()):
        with speaking(language):
            texts[language] = words(room, link, spoken)
    return texts


def words(room: Room, link: str, spoken: Sequence[str]) -> str:
    """The text in this request's language."""
    languages = format_list([language_name(code) for code in spoken], locale=locale())
    lines = [_("%(room)s: you are invited to a call in which everybody speaks their own language.", room=room.name)]
    if room.starts_at:
        lines.append(_("When: %(when)s", when=appointment(room.starts_at, room.lasts, room.zone)))
    lines += [
        _("Link: %(link)s", link=link),
        _(
            "How to join: open the link in a browser, on a phone or a computer. Choose the language that you speak and "
            "the one that you read and hear, and press “Join the call”. There is nothing to install, and you need no "
            "account."
        ),
        _("You may speak: %(languages)s.", languages=languages),
    ]
    if room.password:
        lines.append(_("The room has a password: ask whoever invites you."))
    if room.waiting_room:
        lines.append(_("A host lets you in when you have joined."))
    return "\n".join(lines)
