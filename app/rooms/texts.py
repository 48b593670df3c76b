"""What the call page's script says, by the keys that it uses. Placeholders in braces are filled by the script."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "connecting": "Connecting…",
    "connected": "Connected",
    "reconnecting": "Connection lost. Connecting again…",
    "replaced": "This call was opened in another window. Close this one, or reload it to continue here.",
    "roomFull": "The room is full. You will be let in when somebody leaves.",
    "notAllowed": "The call did not let you in. Go back to the room's page and join again.",
    "browserTooOld": "This browser cannot hold calls. Use a current Chrome, Edge, Firefox or Safari.",
    "micDenied": "Your microphone is blocked, so you are only listening. Allow it in the browser and press the "
    "microphone button.",
    "micNone": "No microphone was found, so you are only listening. Connect one and press the microphone button.",
    "micInsecure": "Browsers open the microphone only on https:// pages, so you are only listening.",
    "soundBlocked": "Turn on the sound",
    "muted": "Microphone off",
    "unmuted": "Microphone on",
    "speaking": "speaking",
    "you": "you",
    "newest": "Newest captions",
    "workers_silent": "The translation workers are not answering. You hear the original voices.",
    "queue_old": "Translation is running late. You hear the original voices until it has caught up.",
    "no_stt": "No installed model understands {source}. You hear the original voice.",
    "no_translation": "No installed model translates {source} into {target}. You hear the original voice. Whoever runs "
    "this server can add one, without a restart: jbcalling models install {install}",
    "no_voice": "No installed voice speaks {target}. You read the translation and hear the original voice.",
    "draft_only": "Translations from {source} into {target} are drafts with mistakes in them. You read them and hear "
    "the original voice.",
    "interpreter_gone": "The interpreter process is not running. You hear the original voices.",
    "broker_gone": "The message broker is not answering. You hear the original voices.",
}
