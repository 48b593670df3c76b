"""How late a caption is, and how long each stage of it took, from its timeline.

A caption that grows is as late as the last word that it shows, a final one as its sentence: either is `speech_end`.
"""

from __future__ import annotations

from typing import Final

from app.i18n import N_, gettext
from app.i18n.formats import milliseconds
from tasks.wire.messages import Caption

STAGES: Final = {
    "endpoint": ("speech_end", "closed"),
    "queue": ("closed", "stt_start"),
    "stt": ("stt_start", "stt_end"),
    "translate_queue": ("stt_end", "translate_start"),
    "translate": ("translate_start", "translate_end"),
}
"""Stage → the times between which it lies (`tasks.wire.messages.Timeline`), in the order in which they happen."""

NAMES: Final = {
    "endpoint": N_("end of speech noticed"),
    "queue": N_("waiting"),
    "stt": N_("transcription"),
    "translate_queue": N_("waiting"),
    "translate": N_("translation"),
}
"""Stage → what a reader is told it is."""
UNTIL_CERTAIN: Final = N_("until the words were certain")
"""What the first one is while a sentence goes on: its last words are not its end."""


_TYPED: Final = {"translate_queue": ("closed", "translate_start"), "translate": STAGES["translate"]}
"""Those of what was typed: nothing was to be recognised."""


def stages(caption: Caption) -> dict[str, float]:
    """Seconds that each known stage took; never negative, though clocks of two hosts may differ."""
    timeline, spans = caption.timeline, {}
    for stage, (begin, end) in (_TYPED if caption.typed else STAGES).items():
        began, ended = getattr(timeline, begin), getattr(timeline, end)
        if began is not None and ended is not None:
            spans[stage] = max(0.0, ended - began)
    return spans


def since_speech(caption: Caption, now: float) -> float:
    """Seconds from the end of what the caption says to `now` (epoch seconds); never negative."""
    return max(0.0, now - caption.timeline.speech_end)


def until_ready(caption: Caption) -> float:
    """Seconds from the end of what the caption says until the text was ready, for captions shown again later."""
    timeline = caption.timeline
    ready = timeline.stt_end if caption.is_source else timeline.translate_end
    return since_speech(caption, ready or timeline.closed)


def when_sent(caption: Caption, now: float) -> float:
    """The lag of a caption that is sent now: of a corrected one, that of the text it takes the place of."""
    return until_ready(caption) if caption.corrected else since_speech(caption, now)


def describe(caption: Caption) -> str:
    """The stages in words: "waiting 15 ms · transcription 190 ms · by whisper-base"."""
    spans = stages(caption)
    names = NAMES if caption.final else NAMES | {"endpoint": UNTIL_CERTAIN}
    parts = [f"{gettext(names[stage])} {milliseconds(seconds)}" for stage, seconds in spans.items()]
    by = gettext("by %(engine)s", engine=caption.engine)
    return " · ".join([*parts, by] if caption.engine else parts)
