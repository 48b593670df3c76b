"""What a talk's page says otherwise than a call's: nobody hears original voices by it, and its buttons are others."""

from __future__ import annotations

from typing import Final

from app.i18n import N_, gettext
from app.rooms.texts import texts

TEXTS: Final[dict[str, str]] = {
    "replaced": N_("This talk was opened on another device, or in another window."),
    "roomClosed": N_("This talk has been closed. Begin a new one to go on talking."),
    "idleEnded": N_("The talk has ended, because nobody was at this page any more. Continue it whenever you like."),
    "notAllowed": N_("The talk did not let this device in. Open it again by its link, or begin a new one."),
    "micDenied": N_(
        "The microphone is blocked, so nobody is understood. Allow it in the browser's settings for this page, then "
        "try again."
    ),
    "micNone": N_("No microphone was found, so nobody is understood. Connect one, then try again."),
    "micInsecure": N_("Browsers open the microphone only on https:// pages, so nobody is understood here."),
    "micSilenced": N_(
        "The system has silenced the microphone, for instance for a phone call or by a switch on the headset. Nobody "
        "is understood meanwhile."
    ),
    "micAgain": N_("Try again"),
    "workers_silent": N_("The translation workers are not answering: nothing is understood now."),
    "workers_loading": N_("A translation worker is just starting: in a moment you will be understood."),
    "queue_old": N_("Translation is running late. Wait a moment before you go on."),
    "no_stt": N_("No installed model understands {source}."),
    "no_translation": N_(
        "No installed model translates {source} into {target}. Whoever runs this server can add one, without a "
        "restart: jbcalling models install {install}"
    ),
    "no_translator": N_("No worker translates {source} into {target} now."),
    "stt_off": N_("Understanding {source} has been switched off on this server."),
    "translation_off": N_(
        "Translating {source} into {target} has been switched off on this server. Whoever runs it can switch it on "
        "again."
    ),
    "voice_off": N_("Speaking {target} has been switched off on this server. You read the translation."),
    "no_voice": N_("No installed voice speaks {target}. You read the translation."),
    "draft_only": N_(
        "Translations from {source} into {target} are drafts with mistakes in them. They come in whole sentences, to "
        "be read."
    ),
    "busy": N_("This server is too busy to understand {source} now."),
    "busy_translation": N_("This server is too busy to translate from {source} now. You read what is recognised."),
    "busy_voice": N_("This server is too busy to speak {target} now. You read the translation."),
    "skipped": N_("The translated voice has left out what came too late. All of it can be read."),
    "interpreter_gone": N_("The interpreter process is not running: nothing is understood now."),
    "broker_gone": N_("The message broker is not answering: nothing is understood now."),
}
"""By key, in place of those of calls (`app/rooms/texts.py`)."""


def talk_texts() -> dict[str, str]:
    """All the texts of a talk's page in the language of this request."""
    return texts() | {key: gettext(text) for key, text in TEXTS.items()}
