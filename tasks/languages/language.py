"""What this product knows of one spoken language, as data. A new language is one module that makes a `Language`.

Only its code and names are required. Whatever is left out is done as for a language that nobody has described here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tasks.languages.agreement import Agreement
from tasks.languages.courtesies import Courtesies
from tasks.languages.draft_facts import DraftFacts
from tasks.languages.spoken_rules import SpokenRules
from tasks.languages.written_numbers import WrittenNumbers

NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Samples:
    """Sentences that are used where nobody has said anything yet."""

    level: str = "1 2 3."
    """Spoken once by every voice, so that all become equally loud."""
    speed: str = ""
    """Some four seconds of speech, which engines are timed with; without it their speed is not measured."""
    trial: str = ""
    """What an operator gets who tries the language without typing; `level` where it is empty."""


@dataclass(frozen=True)
class EngineCodes:
    """What engines call the language, and their voices in it; empty where an engine does not have it."""

    espeak: tuple[str, ...] = ()
    """Voices of espeak-ng, the default first: a man's, and the same language by a woman's."""
    espeak_unclear: bool = False
    """Whether listeners do not understand what these say."""
    gtts: str = ""
    """What Google Translate calls it."""
    kokoro: tuple[str, ...] = ()
    """Voices of Kokoro, the default first; each is a file of the model `kokoro-82m-int8`."""
    kokoro_sample: str = ""
    """A single clause that each Kokoro voice is measured by: its level, and what is normal for the network."""
    nllb: str = ""
    """Its FLORES-200 code, which NLLB and OPUS-MT go by."""
    argos: str = ""
    """What Argos packages call it, where that is not its BCP 47 subtag."""


@dataclass(frozen=True)
class Recognition:
    """How Whisper transcribes the language, which it must know; every multilingual model is then trusted with it."""

    tokens_a_second: float
    """No speaker is faster; more tokens mean a loop."""
    greedy_first: bool = False
    """Whether the model knows it so well that greedy decoding is seldom unsure."""
    phantoms: frozenset[str] = NOTHING
    """Subtitle lines that nobody says in a call, dropped whatever their probability; small letters, no punctuation."""
    doubtful: frozenset[str] = NOTHING
    """Lines that people do say, dropped only where the recogniser doubted that anybody spoke."""


@dataclass(frozen=True)
class WrittenForm:
    """What bare words in small letters lack, for recognisers that give no more."""

    names: tuple[str, ...] = ()
    """Names as they are written, of places and peoples for instance; only such whose words in small letters, in this
    order, are nothing else."""
    question_ends: frozenset[str] = NOTHING
    """Last words of questions."""
    question_frames: tuple[tuple[str, str], ...] = ()
    """A word and the last one that makes a question of what stands between them."""
    statement_words: frozenset[str] = NOTHING
    """Before any of them these are no questions: words that deny, or that have a question as their object."""


@dataclass(frozen=True)
class SentenceRules:
    """Where text is cut."""

    abbreviations: frozenset[str] = NOTHING
    """Words, in small letters and without their final period, that a sentence does not end at."""
    before_numbers: Mapping[str, str] = field(default_factory=dict)
    """What a number is announced by, in small letters and without the period → the whole word: "no" → "number"."""
    always_capital: frozenset[str] = NOTHING
    """Words that have a capital wherever they stand, names apart."""
    paused_before: frozenset[str] = NOTHING
    """Function words that a speaker may pause before."""
    clause_beginners: frozenset[str] = NOTHING
    """Those that most often begin a clause of its own, with a verb of its own."""
    spaced: bool = True
    """Whether there are spaces between words."""
    joint: str = " "
    """What stands between sentences."""


@dataclass(frozen=True)
class Traits:
    """What tells the language from the others that calls are held in."""

    frequent_words: frozenset[str] = NOTHING
    """Its commonest words, hardly any of them shared with another language here as "no" and "me" are."""
    own_letters: str = ""
    """Small letters that no other language here has."""
    unmarked: bool = False
    """Whether its words have letters with accents only when they are taken from another language."""
    marked_from: int | None = None
    """So many words in a row are hardly ever all without an accent; None where that is common."""
    plain_words: str = ""
    """Pattern of every word that it has without accents, those taken from other languages too; empty: not known."""


@dataclass(frozen=True)
class NameRules:
    """How names are known; only for languages that write hardly anything but names with a capital letter."""

    common: frozenset[str] = NOTHING
    """Words, in small letters, that have a capital here and none in other languages, or that those leave out."""
    people_end: tuple[str, ...] = ()
    """How words like "German" end, which are small in most languages."""


@dataclass(frozen=True)
class DraftTexts:
    """What a language model that drafts translations is shown, and what gives it away."""

    examples: tuple[str, ...]
    """The sentences that `prompt` lists, in its order, in this language."""
    refusals: str
    """Regular expression of what it says when it will not translate; no capital letters needed."""
    chatter: str
    """Regular expression of the words with which it introduces a translation."""
    facts: DraftFacts = field(default_factory=DraftFacts)
    """What a draft must not change."""


@dataclass(frozen=True)
class Language:
    """One spoken language."""

    code: str
    """BCP 47 primary subtag; also Whisper's name for it."""
    own_name: str
    """Its name in itself, as people choose it."""
    english_name: str
    """Its name in English, for language models and OpenAI's interface."""
    right_to_left: bool = False
    """Whether it is written from right to left."""
    samples: Samples = field(default_factory=Samples)
    engines: EngineCodes = field(default_factory=EngineCodes)
    sentences: SentenceRules = field(default_factory=SentenceRules)
    written_form: WrittenForm = field(default_factory=WrittenForm)
    traits: Traits = field(default_factory=Traits)
    written: WrittenNumbers = field(default_factory=WrittenNumbers)
    """How numbers are written, and which of its words stand for numbers."""
    spoken: SpokenRules | None = None
    """How numbers, dates and abbreviations are spoken; None: voices are given the text as it is."""
    recognition: Recognition | None = None
    """None: no Whisper model is trusted with it."""
    courtesies: Courtesies = field(default_factory=dict)
    """What people say all day, by its meaning."""
    agreement: Agreement | None = None
    """How articles and adjectives follow a noun; None: they do not."""
    names: NameRules | None = None
    """None: a translation is never said to have lost a name."""
    drafts: DraftTexts | None = None
    """None: language models do not draft translations of it."""


def announced(text: str) -> dict[str, str]:
    """`SentenceRules.before_numbers` of "no=number apt=apartment"; an underscore is a space."""
    return {short: whole.replace("_", " ") for short, _, whole in (pair.partition("=") for pair in text.split())}
