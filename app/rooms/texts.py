"""What the call page's script says, by the keys that it uses. Placeholders in braces are filled by the script."""

from __future__ import annotations

from typing import Final

from app.i18n import N_, gettext

TEXTS: Final[dict[str, str]] = {
    "connecting": N_("Connecting…"),
    "connected": N_("Connected"),
    "reconnecting": N_("Connection lost. Connecting again…"),
    "restarting": N_("The server is being restarted. The call goes on by itself in a few seconds."),
    "moving": N_("The call moves to another server. It goes on by itself in a few seconds."),
    "replaced": N_("This call was opened in another window. Close this one, or reload it to continue here."),
    "roomFull": N_("The room is full. You will be let in when somebody leaves."),
    "roomClosed": N_("This room has been closed. Start a new one to go on talking."),
    "idleEnded": N_("The call has ended, because nobody was talking any more. Continue it whenever you like."),
    "idle_silent": N_("Nobody has spoken for a long time: the call ends in two minutes, unless somebody stays."),
    "idle_alone": N_("Nobody else has been here for a long time: the call ends in two minutes, unless you stay."),
    "stay": N_("Stay"),
    "callEnded": N_("A host has ended the call."),
    "removed": N_("A host has removed you from this call."),
    "mutedByHost": N_("A host has muted your microphone. You can turn it on again."),
    "typedSilenced": N_("A host has muted you: what you type is not spoken any more. You can turn that on again."),
    "typedLost": N_("No answer came, so it is not certain that this was sent. Send it again: it will be shown once."),
    "typedTooMany": N_("Not sent: these were too many lines in a short time. Wait a moment, then send it again."),
    "typedForbidden": N_("Not sent: you may not speak or type in this room now."),
    "typedFailed": N_("Not sent: nobody could pass it on just now. Send it again in a moment."),
    "voiceTaken": N_("Only hosts speak now: your microphone is off."),
    "voiceGiven": N_("You may speak: turn on your microphone when you want to."),
    "hostNow": N_("You are a host of this call now."),
    "hostNoMore": N_("You are no longer a host of this call."),
    "hostIs": N_("{name} is a host of this call now."),
    "host": N_("host"),
    "handYours": N_("Your hand is up, as number {place}."),
    "handDown": N_("Your hand is down."),
    "handLowered": N_("A host has lowered your hand."),
    "handRaised": N_("{name} has raised a hand."),
    "handsRaised": N_("{count} people have raised a hand."),
    "handUp": N_("hand up, number {place}"),
    "handLower": N_("Lower the hand of {name}, number {place}"),
    "interpreter": N_("interpreter"),
    "machineInterprets": N_("The machine interprets {source} into {target}."),
    "personInterprets": N_("{name} interprets {source} into {target}."),
    "youInterpret": N_("You interpret {source} into {target}: you are heard in place of the machine."),
    "machineForSilent": N_("The machine interprets {source} into {target} until {name} speaks again."),
    "machineForYou": N_("The machine interprets {source} into {target} until you speak again."),
    "interpretBegin": N_("Interpret {source} into {target}"),
    "interpretTake": N_("Take over from {name}: {source} into {target}"),
    "interpretStop": N_("Stop interpreting"),
    "interpretOver": N_("You do not interpret any more. Your microphone is off."),
    "interpretAgain": N_("You interpret again, as before the interruption."),
    "interpretBefore": N_("You interpreted {source} into {target} before the interruption. Press the button to go on."),
    "interpretMay": N_("A host lets you interpret. Press the button when you begin: you are heard at once."),
    "interpretMayReader": N_("A host lets you interpret. Join again with a microphone to begin."),
    "interpretMayNot": N_("A host has changed what you may interpret."),
    "turnYours": N_("It is your turn: speak."),
    "turnOf": N_("It is the turn of {name}."),
    "turnYoursHeard": N_("You have finished. The others still hear the translation."),
    "turnHeard": N_("{name} has finished. The translation is still being heard."),
    "turnFree": N_("Nobody has the turn."),
    "turnAsk": N_("Raise your hand to speak."),
    "turnComes": N_("You are number {place}: your microphone opens when it is your turn."),
    "turnEnd": N_("I have finished"),
    "turnEndOf": N_("End the turn of {name}"),
    "turnSkip": N_("Go on without waiting"),
    "turnsBegin": N_(
        "Here one speaks after the other: raise your hand, and your microphone opens when it is your turn."
    ),
    "turnsOver": N_("Everybody may speak at any time now. Your microphone is off until you turn it on."),
    "listensStill": N_("{name} is still listening"),
    "listenStill": N_("{count} people are still listening"),
    "listensFor": N_("{who}, {seconds} s"),
    "talkHold": N_("Hold to talk"),
    "talkHeld": N_("You are on"),
    "talkLocked": N_("On until pressed"),
    "talkOff": N_("The others do not hear you. Hold the space bar or the button to talk."),
    "talkOn": N_("The others hear you."),
    "talkOnLocked": N_("The others hear you until you press again."),
    "talkApart": N_("What you say now is not translated and not written down."),
    "untranslated": N_("not translated"),
    "kept": N_("This call is being recorded"),
    "notKept": N_("Nothing of this call is being recorded at the moment"),
    "apartRefused": N_("Too often in a short time: nobody hears you until you let go of “Do not translate”."),
    "notDone": N_("That did not work. Try again in a few seconds."),
    "notAllowed": N_("The call did not let you in. Go back to the room's page and join again."),
    "browserTooOld": N_("This browser cannot hold calls. Use a current Chrome, Edge, Firefox or Safari."),
    "micDenied": N_(
        "Your microphone is blocked, so you are only listening. Allow it in the browser and press the microphone "
        "button."
    ),
    "micNone": N_("No microphone was found, so you are only listening. Connect one, or press the microphone button."),
    "micSilenced": N_(
        "The system has silenced your microphone, for instance for a phone call or by a switch on the headset. The "
        "others do not hear you."
    ),
    "micInsecure": N_("Browsers open the microphone only on https:// pages, so you are only listening."),
    "cameraDenied": N_("Your camera is blocked. Allow it in the browser and press the camera button."),
    "cameraNone": N_("No camera was found, or another program uses it. Connect one and press the camera button."),
    "cameraInsecure": N_("Browsers open the camera only on https:// pages."),
    "cameraFull": N_("Too many cameras are on in this room. Try again when somebody has turned theirs off."),
    "screenNone": N_("This browser cannot share a screen."),
    "screenTaken": N_("Somebody else shares their screen. Try again when they have stopped."),
    "networkGood": N_("Network good"),
    "networkFair": N_("Network weak"),
    "networkPoor": N_("Network bad"),
    "theirsFair": N_("weak connection"),
    "theirsPoor": N_("bad connection"),
    "soundBlocked": N_("Turn on the sound"),
    "soundTaken": N_(
        "Something else has taken the sound, for instance a call on the phone. It comes back by itself when that is "
        "over, or when you press “Turn on the sound”."
    ),
    "muted": N_("Microphone off"),
    "unmuted": N_("Microphone on"),
    "speaking": N_("speaking"),
    "silent": N_("muted"),
    "noMicrophone": N_("no microphone"),
    "interpreted": N_("interpreted"),
    "you": N_("you"),
    "choicesUnanswered": N_(
        "The server did not answer, so it is not certain that your languages have changed. Try again in a moment."
    ),
    "choicesRefused": N_(
        "Your languages have not changed: this page is no longer let in. Reload it, or join again on the room's page."
    ),
    "choicesTooMany": N_("Your languages have not changed: that was too often in a short time. Try again in a minute."),
    "choicesFailed": N_("Your languages have not changed: the server could not do it now. Try again in a moment."),
    "choicesUnknown": N_("The server does not say now what these languages would bring."),
    "newest": N_("Newest captions"),
    "workers_silent": N_("The translation workers are not answering. You hear the original voices."),
    "workers_loading": N_("A translation worker is just starting. You hear the original voices until it is ready."),
    "queue_old": N_("Translation is running late. You hear the original voices until it has caught up."),
    "no_stt": N_("No installed model understands {source}. You hear the original voice."),
    "no_translation": N_(
        "No installed model translates {source} into {target}. You hear the original voice. Whoever runs this server "
        "can add one, without a restart: jbcalling models install {install}"
    ),
    "no_translator": N_("No worker translates {source} into {target} now. You hear the original voice."),
    "stt_off": N_("Understanding {source} has been switched off on this server. You hear the original voice."),
    "translation_off": N_(
        "Translating {source} into {target} has been switched off on this server. You hear the original voice. Whoever "
        "runs it can switch it on again."
    ),
    "voice_off": N_(
        "Speaking {target} has been switched off on this server. You read the translation and hear the original voice."
    ),
    "no_voice": N_("No installed voice speaks {target}. You read the translation and hear the original voice."),
    "draft_only": N_(
        "Translations from {source} into {target} are drafts with mistakes in them. They come in whole sentences. You "
        "read them and hear the original voice."
    ),
    "draft_spoken": N_(
        "Translations from {source} into {target} are drafts with mistakes in them. They come in whole sentences, and "
        "are spoken to you."
    ),
    "speakDrafts": N_("Speak them to me"),
    "readDrafts": N_("Do not speak them"),
    "busy": N_("This server is too busy to transcribe {source} now. You hear the original voice."),
    "busy_translation": N_(
        "This server is too busy to translate from {source} now. You read what is said and hear the original voice."
    ),
    "busy_voice": N_(
        "This server is too busy to speak {target} now. You read the translation and hear the original voice."
    ),
    "hurried": N_("The translated voice speaks a little faster, to catch up."),
    "skipped": N_("The translated voice has left out what came too late. All of it is in the captions."),
    "interpreter_gone": N_("The interpreter process is not running. You hear the original voices."),
    "broker_gone": N_("The message broker is not answering. You hear the original voices."),
}


def texts() -> dict[str, str]:
    """The texts in the language of this request."""
    return {key: gettext(text) for key, text in TEXTS.items()}
