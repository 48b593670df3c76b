"""What a model is: a name, a licence, files with sha256, and sources that may deliver them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Kind = Literal["stt", "translate", "speak"]


class ModelError(RuntimeError):
    """A model cannot be installed or used; the message says why and what to do."""


class SourceError(ModelError):
    """One source could not deliver; another may."""


@dataclass(frozen=True)
class ModelFile:
    """One file of a model, by its content."""

    name: str
    """File name inside the model's folder."""
    sha256: str
    size: int
    """Bytes."""


class Source(Protocol):
    """Somewhere that model files can be had. A source is never trusted: the digests decide."""

    @property
    def label(self) -> str:
        """What messages call it."""

    def fetch(self, model: str, wanted: Iterable[ModelFile], into: Path) -> None:
        """Write those of the `wanted` files it has into the folder `into`.

        Raises:
            SourceError: it cannot be reached or used; the message says why.
        """


@dataclass(frozen=True)
class Model:
    """A model that is installed into a folder of its own."""

    name: str
    kind: Kind
    languages: tuple[str, ...]
    """BCP 47 subtags, or pairs like "en>pt" for translation."""
    licence: str
    origin: str
    """Where its makers publish it, for credits and for people who fetch it by hand."""
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]
    """Asked in this order, after the local folder."""
    default: bool = True
    """Whether `default_models` includes it."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class BundledModel:
    """A model inside an installed Python package; the package's RECORD names the digests."""

    name: str
    kind: Kind
    languages: tuple[str, ...]
    licence: str
    origin: str
    package: str
    """Distribution name, a dependency of this project."""
    paths: Mapping[str, str]
    """Name of a file or folder as the engine calls it → its path inside the package's installation."""
