"""The only wire schema between `bridge`, `worker` and `web`: what travels through Redis.

Every time is seconds since the Unix epoch (float, from the clock of the host that stamped it), every
duration is seconds unless its name ends in `_ms`. Audio is mono 16-bit little-endian PCM and travels
under a Redis key of its own (`tasks.wire.keys`), never inside a message. Languages are BCP 47 primary
subtags ("en", "pt", "vi").
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from tasks.languages.text import composed
from tasks.wire.keys import CaptionKey

STT_RATE: Final = 16_000
"""Sample rate of segment PCM, Hz."""

DEFAULT_MAX_LAG_SECONDS: Final = 8.0
"""What a bridge means that does not say how late a dub may begin."""

Identifier = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{1,96}$")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")]
Languages = Annotated[list[Language], Meta(max_length=100)]
Text = Annotated[str, Meta(max_length=4_000)]


class Timeline(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When each stage of one utterance happened, in seconds since the epoch.

    `speech_start` and `speech_end` are the first and last voiced moment as captured by the tap; `closed` is
    when the segmenter knew that the utterance had ended. A stage's `*_start` is when its actor began.
    """

    speech_start: float
    speech_end: float
    closed: float
    stt_start: float | None = None
    stt_end: float | None = None
    translate_start: float | None = None
    translate_end: float | None = None
    speak_start: float | None = None
    speak_end: float | None = None


class Segment(Struct, frozen=True, kw_only=True):
    """A VAD-bounded piece of one speaker's audio, to be transcribed, or one sentence of it (`Segment.of`).

    While it is still open the bridge may ask for hypotheses (`final=False`); each ask has a higher
    `revision`, and only the newest matters. A final ask whose audio equals the newest hypothesis carries
    the same `revision`, so that the transcript can be reused instead of decoded again.
    """

    id: Identifier
    room: Identifier
    speaker: Identifier
    bridge: Identifier
    """Whom to tell about clips: the bridge that taps this speaker."""
    seq: Annotated[int, Meta(ge=0)]
    """Counts a speaker's segments from 0, without gaps."""
    revision: Annotated[int, Meta(ge=0)]
    final: bool
    paused: bool = False
    """Whether the speaker has paused, so that the audio is probably the whole segment's."""
    sentence: Annotated[int, Meta(ge=0)] = 0
    """Counts the sentences of the segment from 0."""
    language: Language
    """What the speaker speaks."""
    among: Annotated[list[Language], Meta(max_length=8)] = []
    """Languages that it may be in, where several people share the microphone: the worker finds out which, and that
    takes the place of `language`. Empty: it is in that. Such a segment is heard as a whole, and `read` and `hear` may
    name what it turns out to be in."""
    leaning: dict[Language, Annotated[int, Meta(ge=0, le=8)]] = {}
    """How often a listener has put right in favour of a language what was taken for another of `among`."""
    samples: Annotated[int, Meta(ge=0, le=STT_RATE * 60)]
    """Length of the PCM at `STT_RATE`: all that lies under `keys.pcm(id, revision)`, or so much of what lies under
    `keys.sound(id)`, where the segment is heard as a stream."""
    read: list[Language]
    """Languages somebody reads, other than the speaker's: translate into these."""
    hear: list[Language]
    """Languages somebody hears: a subset of what is translated, and the speaker's own where a typed line is read
    aloud in it."""
    hear_drafts: list[Language] = []
    """Those of `hear` in which somebody wants drafts spoken too."""
    soon: list[Language] = []
    """Those of `read` and `hear` in which somebody follows as soon as possible: translated clause by clause, while the
    sentence is still being spoken. The others are translated by whole sentences."""
    lead: float = 0.0
    """Seconds of sound before `timeline.speech_start`: `Segment.at` makes times of a word's place in the sound."""
    timeline: Timeline
    max_lag: Annotated[float, Meta(gt=0)] = DEFAULT_MAX_LAG_SECONDS
    """Seconds after `timeline.speech_end` by which a dub of this begins, or is given up: the bridge's PLAYOUT_MAX_LAG.
    The end of speech is by the clock of the bridge's host and a worker compares it with its own host's clock, so one
    whose clock is ahead gives up so much earlier."""
    voice: Annotated[int, Meta(ge=0)] = 0
    """Which of the voices of a language speaks for this speaker, counted round: a number of their own in the room."""
    typed: bool = False
    """Whether it is a line that was typed: there is no sound of it."""
    only: Languages = []
    """Those alone are shown it who read one of these: an interpreter says it in place of somebody else. Empty: all."""
    elsewhere: Languages = []
    """Who reads one of these is not shown it: an interpreter says it to them."""

    def of(self, sentence: int) -> Segment:
        """One sentence of what this is the segment of: it has an id of its own (`sentence_id`)."""
        return msgspec.structs.replace(self, id=sentence_id(self.id, sentence), sentence=sentence)

    def at(self, seconds: float) -> float:
        """When something was said that is so far from the start of the sound, in seconds since the epoch."""
        return self.timeline.speech_start - self.lead + seconds


class Part(Struct, frozen=True, array_like=True):
    """What of a segment at a shared microphone is in one language (`Segment.among`): a sentence of it."""

    language: Language
    start: Annotated[int, Meta(ge=0)]
    """Samples from the beginning of the segment's PCM."""
    end: Annotated[int, Meta(ge=0)]


def sentence_id(segment: str, number: int) -> str:
    """The id of a segment's sentence, which its captions and clips bear: the first has the segment's own."""
    return f"{segment}.{number}" if number else segment


def sentence_number(sentence: str) -> int:
    """Which sentence of its segment has this id."""
    number = sentence.rpartition(".")[2]
    return int(number) if "." in sentence and number.isdecimal() else 0


def segment_id(sentence: str) -> str:
    """The id of the segment that a sentence belongs to."""
    return sentence.rpartition(".")[0] if sentence_number(sentence) else sentence


class Translation(Struct, frozen=True, kw_only=True):
    """A sentence, as far as it has been spoken, to be translated into one language and spoken there if somebody hears.

    What is a clause longer takes the place of what was before, in translations as in captions; what was shown or spoken
    of it stays (`tasks.growth`).
    """

    segment: Segment
    """The sentence's (`Segment.of`)."""
    text: Text
    """From the beginning of the sentence."""
    target: Language
    timeline: Timeline
    """Of the sentence so far: `speech_end` is the end of the last word of `text`."""
    clause: Annotated[int, Meta(ge=0)] = 0
    """Counts how often the sentence has grown, from 0."""
    whole: bool = True
    """Whether the sentence is over; only then is the caption final."""
    last: bool = True
    """Whether no further sentence of the segment follows."""
    spoken: bool = True
    """Whether it is certain enough to be spoken."""


class Speech(Struct, frozen=True, kw_only=True):
    """A translation, or the next piece of one, to be spoken."""

    segment: Segment
    """The sentence's (`Segment.of`)."""
    text: Text
    language: Language
    timeline: Timeline
    """`speech_end` is the end of the last word that is translated in `text`."""
    draft: bool = False
    """Whether it is a draft: for those alone who want drafts spoken."""
    piece: Annotated[int, Meta(ge=0)] = 0
    """Counts the pieces of the sentence from 0, without gaps."""
    last_piece: bool = True
    """Whether the sentence ends with it."""
    last_sentence: bool = True
    """Whether no further sentence of the segment follows."""


class Caption(Struct, frozen=True, kw_only=True, tag="caption"):
    """Displayed text of one sentence. An interim caption may grow; a final one does not change."""

    segment: Identifier
    """Id of the sentence (`sentence_id`)."""
    room: Identifier
    speaker: Identifier
    seq: int
    language: Language
    source_language: Language
    text: Text
    final: bool
    engine: str
    timeline: Timeline
    draft: bool = False
    """Whether readers must be told that it is a draft: a translation by a model that makes bad mistakes."""
    corrected: bool = False
    """Whether a person has changed the text of a final caption: it takes that one's place."""
    typed: bool = False
    """Whether it was typed and not spoken, or translates what was."""
    spoken: Language | None = None
    """The language that is spoken in place of `language`, where that was noticed: there is no text then, nor a final
    caption."""
    only: tuple[Language, ...] = ()
    elsewhere: tuple[Language, ...] = ()
    """Who is shown it, as of a `Segment`."""

    @classmethod
    def of(
        cls,
        segment: Segment,
        text: str,
        *,
        timeline: Timeline,
        final: bool,
        engine: str,
        language: str | None = None,
        draft: bool = False,
    ) -> Caption:
        """That of a sentence, whose `segment` this is: its transcript, or with `language` a translation of it."""
        return cls(
            segment=segment.id,
            room=segment.room,
            speaker=segment.speaker,
            seq=segment.seq,
            language=language or segment.language,
            source_language=segment.language,
            text=text,
            final=final,
            engine=engine,
            timeline=timeline,
            draft=draft,
            typed=segment.typed,
            only=tuple(segment.only),
            elsewhere=tuple(segment.elsewhere),
        )

    @property
    def is_source(self) -> bool:
        """Whether this is the transcript rather than a translation of it."""
        return self.language == self.source_language

    @property
    def key(self) -> CaptionKey:
        """What it is the caption of: a later one takes its place."""
        return CaptionKey(self.segment, self.language)


class AboutPiece(Struct, frozen=True, kw_only=True):
    """Which piece of a sentence (`Speech`) something is about that the bridge is told."""

    segment: Identifier
    """Id of the sentence (`sentence_id`)."""
    room: Identifier
    speaker: Identifier
    seq: int
    sentence: Annotated[int, Meta(ge=0)] = 0
    piece: Annotated[int, Meta(ge=0)] = 0
    last_piece: bool = True
    """Whether nothing of the sentence comes after it."""
    last_sentence: bool = True
    """Whether no further sentence of the segment follows."""


class ClipPart(AboutPiece, frozen=True, kw_only=True, tag="clip"):
    """One breath of a clip or a part of one, ready under `key`; `last` closes the clip.

    A clip speaks one piece of a sentence. Clips are played in the order of `seq`, `sentence`, `piece`.
    """

    language: Language
    part: Annotated[int, Meta(ge=0)]
    """Counts the parts of the clip from 0."""
    last: bool
    ends_clause: bool = True
    """Whether a pause follows; the next part joins it without a seam otherwise."""
    key: str
    samples: int
    rate: int
    """Sample rate of the PCM under `key`, Hz."""
    engine: str
    timeline: Timeline
    draft: bool = False
    """Whether it speaks a draft: for those alone who want that."""


class NoClip(AboutPiece, frozen=True, kw_only=True, tag="no_clip"):
    """Nothing (further) will be heard of this piece of a sentence in these languages, so playout need not wait."""

    languages: list[Language]
    reason: str


ClipEvent = ClipPart | NoClip


class EngineInfo(Struct, frozen=True, kw_only=True):
    """An engine that a worker has loaded."""

    name: str
    kind: Literal["stt", "translate", "speak"]
    languages: list[str]
    """What it serves; pairs as "en>pt"."""
    low_quality: bool = False
    """Whether whoever hears or reads it should be told that it is a makeshift."""
    clones: bool = False
    """Whether it can imitate a voice."""
    voices: dict[str, list[str]] = {}
    """Language → names of the voices it speaks that with, the default first."""


class Heartbeat(Struct, frozen=True, kw_only=True):
    """What a worker process says of itself, four times a second."""

    worker: Identifier
    at: float
    queues: list[str]
    """Those that it takes messages from."""
    loading: list[str] = []
    """Those that it will take from as soon as it has loaded what they need."""
    stt: list[Language]
    """Languages it transcribes."""
    streams: list[Language] = []
    """Those of them that it hears as a stream, by the queue `keys.own_queue(worker)`."""
    translate: list[str]
    """Pairs it translates, as "en>pt"."""
    drafts: list[str] = []
    """Those of them that it can only draft: shown, and spoken only to those who want that."""
    speak: list[Language]
    """Languages it speaks."""
    unclear: list[Language] = []
    """Those of them in which its best voice is not understood."""
    off: list[str] = []
    """Services ("stt:en", "translate:en>pt", "speak:pt") that an administrator has switched off."""
    engines: list[EngineInfo] = []
    costs: dict[str, float] = {}
    """Service ("stt:en", "translate:en>pt", "speak:pt") → seconds of work for a second of somebody's speech, as it was
    measured when its engine was loaded."""


class NextRoom(Struct, frozen=True, kw_only=True):
    """What bridges say of how much there is room for (`keys.ADMISSION`)."""

    level: Identifier
    """The rung of the degradation ladder that a further room would get, in lower case (`ladder.Level`)."""
    load: float
    """Seconds of work in a second that the rooms there are come to."""
    capacity: float
    """Seconds of work in a second that the workers take on."""
    further: float = 0.0
    """Seconds of work in a second that a further room would come to, dubbed."""


T = TypeVar("T")


def encode(message: Struct) -> bytes:
    """The JSON bytes that travel through Redis, all texts composed (`tasks.languages.text.composed`)."""
    return _composed(msgspec.json.encode(message))


def _composed(data: bytes) -> bytes:
    """JSON with its texts composed; what is not UTF-8 as it is, for the decoder to refuse."""
    if data.isascii():
        return data
    try:
        return composed(data.decode()).encode()
    except UnicodeDecodeError:
        return data


def decode(data: bytes, kind: type[T]) -> T:
    """The message in `data`.

    Raises:
        msgspec.ValidationError: it is not a valid message of this kind; the sender is at fault.
    """
    return msgspec.json.decode(_composed(data), type=kind)


def decode_clip_event(data: bytes) -> ClipEvent:
    """The event in `data`.

    Raises:
        msgspec.ValidationError: it is not a valid event; the sender is at fault.
    """
    return msgspec.json.decode(data, type=ClipEvent)  # type: ignore[arg-type, no-any-return, unused-ignore]


def to_payload(message: Struct) -> dict[str, Any]:
    """The message as the plain dict that a Dramatiq message carries."""
    payload: dict[str, Any] = composed(msgspec.to_builtins(message))
    return payload


def from_payload(payload: dict[str, Any], kind: type[T]) -> T:
    """The message in a Dramatiq argument.

    Raises:
        msgspec.ValidationError: it is not a valid message of this kind; the sender is at fault.
    """
    return msgspec.convert(payload, type=kind)
