"""The three steps of an utterance, each an engine with the glossary and the cache: what calls and APIs alike work with.

A step knows nothing of queues, captions or replies: the actors decode a message, take a step, and publish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tasks import cached_speech, cached_translation, operator_choices, spoken_language, voice_fallback
from tasks.engines.base import Effort, EngineError, SpeechToText, Transcript, VoiceCloner, Word
from tasks.engines.listening import ListeningRecogniser
from tasks.languages.text import composed
from tasks.serving import engines
from tasks.turns import parts
from tasks.utterances import Hearing
from tasks.voice_fallback import Spoken
from tasks.wire.administration import Term
from tasks.wire.messages import STT_RATE, Part

NOTHING_BEFORE: Final[Mapping[str, float]] = MappingProxyType({})
"""What was spoken before an utterance of which nothing is known."""


@dataclass(frozen=True)
class Transcribed:
    """What speech was recognised as."""

    transcript: Transcript
    language: str | None
    """The one given, or found; None where nothing was heard that could tell."""
    engine: str


@dataclass(frozen=True)
class Identified:
    """Which of several languages an utterance is in."""

    language: str | None
    """None where nothing was heard that could tell."""
    transcript: Transcript | None
    """Of the utterance in that language, where finding it out has given one."""


@dataclass(frozen=True)
class Translated:
    """A text in another language."""

    text: str
    engine: str
    draft: bool
    used: list[Term]
    """Terms of the glossary that are in it."""
    lost: list[Term]
    """Terms that should be in it and are not."""


@dataclass(frozen=True)
class Speech:
    """A text as sound."""

    clauses: Iterator[Spoken]
    """Clause by clause, as they are made."""
    pronounced: list[Term]
    """Terms of the glossary that are spelled as they are to be said."""


def transcribe(
    pcm: bytes,
    language: str | None,
    *,
    effort: Effort = Effort.THOROUGH,
    glossary: bool = True,
    words: bool = False,
    memory: Mapping[str, float] = NOTHING_BEFORE,
) -> Transcribed:
    """Recognise one utterance.

    Args:
        pcm: mono s16le at `messages.STT_RATE`, at most 30 s.
        language: what is spoken; None: found out among what this worker recognises.
        effort: how much a result that is not good enough may cost.
        glossary: whether to lean towards the glossary's hotwords.
        words: whether the time of every word is wanted.
        memory: seconds that each language was spoken before, for where `language` is to be found out.

    Raises:
        EngineError: no engine here recognises this language.
    """
    if language is None:
        identifier = engines().identifier()
        language = spoken_language.likeliest(identifier.identify(pcm), memory, len(pcm) / 2 / STT_RATE)
        if language is None:
            return Transcribed(Transcript("", 0.0, "silence"), None, identifier.name)
    engine = engines().stt_for(language)
    hotwords = [term.source for term in operator_choices.current().hotwords(language)] if glossary else []
    transcript = engine.transcribe(pcm, language, effort=effort, hotwords=hotwords, words=words)
    return Transcribed(transcript, language, engine.name)


def identify(pcm: bytes, among: Sequence[str], leaning: Mapping[str, int], seconds: float) -> Identified:
    """Find out which of a few languages an utterance is in.

    The engine that knows most of them says how probable each is by the sound; where that is not clear, an engine that
    knows one alone says how sure it is of its words.

    Args:
        pcm: as in `transcribe`.
        among: the languages that it may be in.
        leaning: how often each was what another had been taken for.
        seconds: how long it is spoken.

    Raises:
        EngineError: no engine here recognises one of these languages.
    """
    beginning = pcm[: 2 * round(spoken_language.MOST_SECONDS * STT_RATE)]
    found = engines().identifier().identify(beginning)
    if not found:
        return Identified(None, None)
    heard: dict[str, Transcript] = {}
    for language in [] if spoken_language.clear(among, found) else among:
        engine = engines().stt_for(language)
        if isinstance(engine, ListeningRecogniser) and engine.one_language:
            hotwords = [term.source for term in operator_choices.current().hotwords(language)]
            heard[language] = engine.transcribe(pcm, language, hotwords=hotwords)
    sureness = {language: transcript.confidence for language, transcript in heard.items()}
    language = spoken_language.likeliest_of(among, found, sureness, leaning, seconds)
    return Identified(language, heard.get(language))


def turns(pcm: bytes, among: Sequence[str]) -> list[Part]:
    """The parts of an utterance in which one of a few languages gives way to another; empty where it is in one.

    Args:
        pcm: as in `transcribe`.
        among: the languages that it may be in.

    Raises:
        EngineError: no engine here tells languages apart.
    """
    return parts(pcm, among, engines().identifier().identify)


def listen(language: str, known: Sequence[Word] = ()) -> Hearing:
    """Begin to hear an utterance as a stream, leaning towards the glossary's hotwords.

    Args:
        language: what is spoken.
        known: words of it that another worker was certain of.

    Raises:
        EngineError: no engine here hears this language so.
    """
    engine = engines().listener_for(language)
    hotwords = [term.source for term in operator_choices.current().hotwords(language)]
    return Hearing(engine, engine.begin(language, hotwords, known), hotwords)


def identifier(language: str) -> SpeechToText | None:
    """The engine that tells `language` from others; None where there is none here."""
    engine = engines().identifier()
    return engine if language in engine.languages and len(engine.languages) > 1 else None


def recogniser(language: str) -> str:
    """Name of the engine that recognises `language`.

    Raises:
        EngineError: there is none here.
    """
    return engines().stt_for(language).name


def hotwords_in(transcript: Transcript, language: str) -> list[Term]:
    """Terms of the glossary that were recognised as hotwords."""
    return [term for term in operator_choices.current().hotwords(language) if term.source in transcript.hotwords_heard]


def drafts(source: str, target: str) -> bool:
    """Whether what this pair's translator makes is no more than a draft.

    Raises:
        EngineError: no engine here translates this pair.
    """
    return engines().translation_for(source, target).draft


def translate(text: str, source: str, target: str, *, glossary: bool = True) -> Translated:
    """Translate a text, from the cache where it has been translated before.

    Raises:
        EngineError: no engine here translates this pair, or it gave no translation.
    """
    engine, text = engines().translation_for(source, target), composed(text)
    terms = operator_choices.current().translated(source, target, text) if glossary else []
    # A draft takes a second: there is no time to try for every number and name.
    found = cached_translation.translate(
        engine, text, source, target, operator_choices.as_glossary(terms), retry=not engine.draft
    )
    return Translated(
        text=found.text,
        engine=engine.name,
        draft=engine.draft,
        used=[term for term in terms if term.target in found.terms],
        lost=[term for term in terms if term.target in found.lost_terms],
    )


def speak(
    text: str,
    language: str,
    *,
    late: bool = False,
    engine: str | None = None,
    voice: str | None = None,
    number: int = 0,
    glossary: bool = True,
    awaited: bool = True,
    before_clause: Callable[[], object] = lambda: None,
) -> Speech:
    """Speak a text with the best voices there are, or with the engine that is asked for and no other.

    Args:
        text: what to say; nothing comes of one in which nothing can be said.
        language: its language.
        late: whether speech is behind, so that a quick voice is worth more than a clear one.
        engine: name of the engine; None: the best, and the next where one refuses a clause.
        voice: one of that engine's voices; None: its default.
        number: where no voice is named, which of the engine's voices it is, counted round.
        glossary: whether terms are said as the glossary spells them.
        awaited: whether nothing sounds until the first of it comes, so that it is worth more work to have it soon.
        before_clause: called before each clause.

    Raises:
        EngineError: no engine here speaks this language; taking the clauses raises it where no voice could speak one.
    """
    text = composed(text)
    if engine is None:
        voices = engines().tts_for(language, late=late)
    else:
        known = engines().tts.loaded.get(engine)
        if known is None or language not in known.languages:
            raise EngineError(f"{engine} does not speak {language} here")
        voices = [known]
    terms: list[Term] = []
    if glossary:
        text, terms = operator_choices.current().pronounced(text, language)
    clauses = voice_fallback.speak(voices, text, language, voice, number=number, awaited=awaited, before=before_clause)
    return Speech(clauses, terms)


def speak_as(
    engine: VoiceCloner, text: str, language: str, *, voice: str, latents: bytes, before_clause: Callable[[], object]
) -> Iterator[Spoken]:
    """Speak a text in the cloned voice with the id `voice`, in pieces as they are made.

    Raises:
        EngineError: it could not be spoken, or `latents` are not this engine's.
    """
    for clause in engine.clauses(text, language):
        before_clause()
        for audio in cached_speech.speak_as(engine, clause, language, voice=voice, latents=latents):
            yield Spoken(audio, engine.name, ends_clause=False, last=False)
