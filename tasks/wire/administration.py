"""The wire schema of what administrators set and ask of workers, and of what the installer is at."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tasks.wire.messages import Identifier, Language

Kind = Literal["stt", "translate", "speak"]
"""What an engine does."""
Use = Literal["hotword", "translation", "lost", "pronunciation"]
"""What a term of the glossary did."""
ModelName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]
FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}\.(argosmodel|zip)$")]
MAX_PACKAGE_BYTES = 2 << 30
"""Of a package that is uploaded."""


class ModelInfo(Struct, frozen=True, kw_only=True):
    """A model of the registry (`tasks.models.info.ModelInfo`), as far as a page shows it."""

    name: str
    kind: Kind
    languages: list[str]
    licence: str
    caution: str
    origin: str
    size: int
    """Bytes; 0 where it comes with a package."""
    bundled_with: str | None
    installed: bool
    default: bool
    pinned: str
    load_s: float | None = None
    """Seconds, megabytes and words about speed, once this worker's machine has measured them; else None and ""."""
    memory_mb: float | None = None
    speed: str = ""


class Offer(Struct, frozen=True, kw_only=True):
    """An engine that could be chosen."""

    kind: Kind
    name: str
    serves: list[str]


class Surveyed(Struct, frozen=True, kw_only=True, tag="surveyed"):
    """One worker's machine."""

    host: str
    models: list[ModelInfo]
    offers: list[Offer]
    taken: int
    """Bytes in the models folder."""
    free: int
    """Bytes left on its disk."""


class ModelWork(Struct, frozen=True, kw_only=True):
    """Something to be done to a model. Progress lies under `keys.model_work`."""

    action: Literal["install", "verify", "remove"]
    name: ModelName


class PackageArrival(Struct, frozen=True, kw_only=True):
    """A package that comes through Redis in pieces (`keys.upload`), to be installed."""

    upload: Identifier
    name: FileName
    size: Annotated[int, Meta(gt=0, le=MAX_PACKAGE_BYTES)]


class Progress(Struct, frozen=True, kw_only=True):
    """How far work on a model is."""

    name: str
    """The model, or the file that arrives."""
    action: Literal["install", "verify", "remove", "upload"]
    state: Literal["waiting", "running", "done", "failed"]
    said: str = ""
    """The last line for a person; why it failed."""
    done: int = 0
    total: int = 0
    """Bytes of the file that is being fetched; 0: not known."""
    at: float
    """When this was written, epoch seconds."""


class Choice(Struct, frozen=True, kw_only=True):
    """What is to serve one language, or one pair."""

    kind: Kind
    wanted: str
    """A language, or a pair like "en>pt" for translation."""
    enabled: bool = True
    """False: nothing serves it, whatever is installed."""
    engine: str | None = None
    """Name of the engine that is preferred where it is there; None: the best there is."""


class Term(Struct, frozen=True, kw_only=True):
    """A term of the glossary, with what it is used for."""

    id: int
    source_language: str
    target_language: str
    source: str
    target: str
    hotword: bool
    """Recognisers of the source language lean towards it."""
    translate: bool
    """It is always translated so."""
    spoken: str
    """How voices of the target language are to say `target`, spelled as it sounds; empty: as it is written."""


class Configuration(Struct, frozen=True, kw_only=True):
    """All that administrators have set for engines and terms (`keys.CONFIGURATION`)."""

    choices: list[Choice] = []
    terms: list[Term] = []


class Hindrance(Struct, frozen=True, kw_only=True):
    """Why one model was not installed."""

    model: str
    why: Literal["memory", "engine", "failed"]
    """`memory`: this machine has too little; `engine`: what runs such models is not installed here."""
    said: str
    """For administrators, in English: which source failed why, or what is missing."""
    needed: int = 0
    present: int = 0
    """Bytes of memory; 0 where it is not about memory."""


class Installing(Struct, frozen=True, kw_only=True):
    """What the installer of one machine is at (`keys.INSTALLING`)."""

    host: str
    at: float
    """When this was written, epoch seconds."""
    state: Literal["forbidden", "complete", "running", "failed"]
    """`forbidden`: MODELS_AUTO or MODELS_OFFLINE says so; `complete`: nothing is missing."""
    languages: list[Language] = []
    """Languages, other than English, that nothing translates yet."""
    model: str = ""
    """What is being installed."""
    percent: int = 0
    """How much of all that is needed has arrived; 100 only once it is installed."""
    seconds_left: float | None = None
    """About how long that takes still; None: not known yet."""
    hindrances: list[Hindrance] = []
    """What stood in the way of the last try, the best way first."""
    again_at: float | None = None
    """When it is tried again, epoch seconds."""
