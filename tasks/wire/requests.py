"""The wire schema of API requests: what `web` asks of the `batch` queue, and what comes back.

As in `messages`: times are epoch seconds, durations are seconds, audio is mono s16le under Redis keys of its own.
Replies travel in a list per request (`keys.replies`), in order.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from tasks.wire.administration import Surveyed
from tasks.wire.messages import STT_RATE, Identifier, Language

PIECE_CHARS = 1_000
"""Characters of text in one message at most (but for a single word that is longer): a call never waits for more."""

Effort = Literal["quick", "usual", "thorough"]
"""How much may be done for one transcript (`tasks.engines.base.Effort`)."""
PieceText = Annotated[str, Meta(max_length=4_000)]


class Request(Struct, frozen=True, kw_only=True):
    """What every request has."""

    request: Identifier
    """Names the list of replies."""
    deadline: float
    """From when on nobody waits for the answer any more."""
    terms: bool = False
    """Whether the installation's glossary applies, as it does in calls."""


class Transcription(Request, frozen=True, kw_only=True):
    """A piece of speech to be transcribed. Answered by one `Transcribed`."""

    samples: Annotated[int, Meta(gt=0, le=STT_RATE * 30)]
    """Length of the audio, which is part 0 of the request (`keys.request_audio`), at `STT_RATE`."""
    language: Language | None
    """None: find out among what this worker transcribes."""
    memory: dict[Language, float] = {}
    """Seconds that each language was spoken before: they count where this speech is too short to tell."""
    words: bool = False
    """Whether the time of every word is wanted."""
    effort: Effort = "thorough"
    """How much a result that is not good enough may cost."""


class TextTranslation(Request, frozen=True, kw_only=True):
    """Pieces of text to be translated. Answered by one `Translated`."""

    texts: Annotated[list[PieceText], Meta(max_length=64)]
    source: Language
    target: Language


class Detection(Request, frozen=True, kw_only=True):
    """Texts whose languages are to be found. Answered by one `Detected`."""

    texts: Annotated[list[PieceText], Meta(max_length=100)]
    among: list[Language] = []
    """What short texts are in one of; empty: any language."""


class ClonedVoice(Struct, frozen=True, kw_only=True):
    """A voice to be imitated; its reference lies under `keys.voice_reference`."""

    id: Identifier
    rate: Annotated[int, Meta(ge=8_000, le=48_000)]
    """Sample rate of the reference, Hz."""


class Synthesis(Request, frozen=True, kw_only=True):
    """A piece of text to be spoken. Answered by `SpokenPart`s: the audio as it is made, then an empty one."""

    text: PieceText
    language: Language
    voice: str | None = None
    """Name of an engine; None: the best there is for the language."""
    named: str | None = None
    """One of that engine's voices; None: its default."""
    clone: ClonedVoice | None = None


class SpokenWord(Struct, frozen=True, kw_only=True):
    """A word and when it was said, in seconds from the start of the audio."""

    text: str
    start: float
    end: float
    probability: float


class Transcribed(Struct, frozen=True, kw_only=True, tag="transcribed"):
    """What a piece was heard as."""

    text: str
    """Empty where nobody speaks."""
    language: Language | None
    """None: not asked for, and nothing was heard that could tell."""
    confidence: float
    reason: str
    """Why the text is empty."""
    settled: bool
    """False when more care was called for but not asked for."""
    engine: str
    words: list[SpokenWord] | None = None
    """None: not asked for, or this engine cannot tell."""
    terms: list[str] = []
    """Terms of the glossary that were heard."""


class Translated(Struct, frozen=True, kw_only=True, tag="translated"):
    """The translations, in order."""

    texts: list[str]
    engine: str
    draft: bool
    """Whether the quality is too low to be shown without saying so."""
    terms: list[str] = []
    """Translations of the glossary that were used."""


class Detected(Struct, frozen=True, kw_only=True, tag="detected"):
    """Of each text language → probability, the most likely first; empty where nothing can be told."""

    languages: list[dict[str, float]]


class SpokenPart(Struct, frozen=True, kw_only=True, tag="spoken"):
    """A piece of audio, under `keys.request_audio(request, part)`."""

    part: int
    last: bool
    """There is no more, and no audio under this number."""
    rate: int
    """Hz."""
    samples: int
    engine: str


class Survey(Request, frozen=True, kw_only=True):
    """What is installed, and what could serve what. Answered by one `Surveyed`."""


class Failed(Struct, frozen=True, kw_only=True, tag="failed"):
    """There will be no (further) answer."""

    reason: Literal["engine", "bug", "given_up"]
    message: str


Reply = Transcribed | Translated | Detected | SpokenPart | Surveyed | Failed


def decode_reply(data: bytes) -> Reply:
    """The reply in `data`.

    Raises:
        msgspec.ValidationError: it is none; the worker is of another version.
    """
    return msgspec.json.decode(data, type=Reply)  # type: ignore[arg-type, no-any-return, unused-ignore]
