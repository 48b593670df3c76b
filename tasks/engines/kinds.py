"""The three kinds of engine, and the one place that knows what each is called outside of the code."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # engines with libraries of their own are tried in environments that have no others
    from tasks.wire.administration import Kind as WireKind


class Kind(StrEnum):
    """What an engine does."""

    STT = "stt"
    TRANSLATION = "translation"
    TTS = "tts"

    @property
    def wire(self) -> WireKind:
        """Its name in Redis, on disk, in the database and in HTTP; also that of the queue it serves."""
        return _WIRE[self]

    @property
    def setting(self) -> str:
        """The environment variable by which an operator prefers engines of this kind."""
        return _SETTING[self]


_WIRE: Final[dict[Kind, WireKind]] = {Kind.STT: "stt", Kind.TRANSLATION: "translate", Kind.TTS: "speak"}
_SETTING: Final = {Kind.STT: "TRANSCRIBE_WITH", Kind.TRANSLATION: "TRANSLATE_WITH", Kind.TTS: "SPEAK_WITH"}
