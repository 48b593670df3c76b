"""What a model is: a name, a licence, files with sha256, and sources that may deliver them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Kind = Literal["stt", "translate", "speak"]

Format = str
"""Which engine can load a model: the `format` of its description."""

Progress = Callable[[str], None]
"""Takes one line of text for a person."""

Meter = Callable[[str, int, int], None]
"""Takes how far a download is: what is downloaded, bytes so far, bytes in all (0: unknown)."""


class ModelError(RuntimeError):
    """A model cannot be installed or used; the message says why and what to do."""


class NotDeliveredError(ModelError):
    """No source delivered all files of a model."""

    def __init__(self, message: str, reasons: tuple[str, ...]) -> None:
        super().__init__(message)
        self.reasons = reasons
        """A line for each source: which, and why it did not."""


class SourceError(ModelError):
    """One source could not deliver; another may."""


@dataclass(frozen=True)
class ModelFile:
    """One file of a model, by its content."""

    name: str
    """Path inside the model's folder, with "/" where there are subfolders."""
    sha256: str | None
    """None: nobody has pinned it yet; the digest is recorded at the first installation and enforced from then on."""
    size: int
    """Bytes; where `sha256` is None, about so many."""

    @property
    def limit(self) -> int:
        """Bytes after which a download is given up: a quarter more than an estimate, nothing more than a known size."""
        return self.size if self.sha256 else self.size + self.size // 4 + (1 << 20)


@dataclass(frozen=True)
class Errand:
    """One visit to a source."""

    model: str
    wanted: tuple[ModelFile, ...]
    into: Path
    """An empty folder for what is delivered."""
    partial: Path
    """A folder for unfinished downloads, kept between tries and runs; it may not exist yet."""
    meter: Meter


class Source(Protocol):
    """Somewhere that model files can be had. A source is never trusted: the digests decide."""

    @property
    def label(self) -> str:
        """What messages call it."""

    def listing(self, model: str) -> Iterable[ModelFile]:
        """What it has for the model of that name, with no path before the names, whether or not it is wanted.

        Raises:
            SourceError: it cannot be reached, or cannot tell.
        """

    def fetch(self, errand: Errand) -> None:
        """Write those of the wanted files that it has into the errand's folder.

        Raises:
            SourceError: it cannot be reached or used; the message says why.
        """


@dataclass(frozen=True)
class Model:
    """A model that is installed into a folder of its own."""

    name: str
    kind: Kind
    format: Format
    languages: tuple[str, ...]
    """BCP 47 subtags, or pairs like "en>pt" for translation."""
    licence: str
    origin: str
    """Where its makers publish it, for credits and for people who fetch it by hand."""
    files: tuple[ModelFile, ...]
    """What the sources deliver; none where nobody here has seen their list, which is then learned (`shapes.learn`) and
    recorded with its digests at the first installation."""
    sources: tuple[Source, ...]
    """Asked in this order, after the local folder."""
    default: bool = True
    """Whether `default_models` includes it."""
    caution: str = ""
    """What whoever installs it must know first: no commercial use, a copyleft engine, low quality."""
    about: int = 0
    """Bytes, about so many, where `files` is not known."""
    packed: bool = False
    """Whether its one file is an Argos package, which is unpacked once its digest is right."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files) or self.about

    @property
    def pinned(self) -> bool:
        """Whether the catalogue names the digest of every file."""
        return bool(self.files) and all(file.sha256 for file in self.files)


@dataclass(frozen=True)
class BundledModel:
    """A model inside an installed Python package; the package's RECORD names the digests."""

    name: str
    kind: Kind
    format: Format
    languages: tuple[str, ...]
    licence: str
    origin: str
    package: str
    """Distribution name, a dependency of this project."""
    paths: Mapping[str, str]
    """Name of a file or folder as the engine calls it → its path inside the package's installation."""
