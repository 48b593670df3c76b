"""Packages and folders that somebody brings along: what they are, in which languages, and under which name.

Three kinds are known by what is in them: Argos packages (a file or an unpacked folder), and CTranslate2 folders of
Whisper, OPUS-MT, NLLB and EnViT5 models, folders of Bergamot students.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Final

from tasks.languages import LANGUAGES
from tasks.models import archive
from tasks.models.lock import Local
from tasks.models.shapes import SHAPES, Shape
from tasks.models.sources import copy
from tasks.models.spec import ModelError

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_MAX_FOLDER: Final = 8 << 30


@dataclass(frozen=True)
class Brought:
    """A package brought along, its files laid out as the engines want them."""

    name: str
    local: Local


def unfold(path: Path, ready: Path, languages: Sequence[str], name: str | None) -> Brought:
    """Lay the package at `path` out in the empty folder `ready` and say what it is.

    Args:
        path: an `.argosmodel` (or `.zip`) file, an unpacked one, or a CTranslate2 folder.
        ready: where its files go.
        languages: what it is for, where the package does not say it itself.
        name: what to call it; None: a name made from what it is.

    Raises:
        ModelError: it is nothing that any engine here could load; the message says what was looked for.
    """
    if path.is_file():
        return _argos(archive.unpack(path, ready), path, name)
    if (path / "model" / "model.bin").is_file():
        _copy_argos(path, ready)
        return _argos(archive.describe(ready, path.name), path, name)
    return _ct2(path, ready, languages, name)


def _argos(metadata: archive.Metadata, path: Path, name: str | None) -> Brought:
    called = _valid(f"argos-{metadata.from_code}-{metadata.to_code}".lower() if name is None else name)
    licence = "not stated by the package: see README.md in its folder"
    return Brought(called, Local("translate", "argos", (metadata.pair,), licence, str(path.name)))


def _copy_argos(path: Path, ready: Path) -> None:
    names = ["metadata.json", "README.md", "sentencepiece.model", "bpe.model"]
    names += [f"model/{file.name}" for file in (path / "model").iterdir() if file.is_file()]
    _copy_files(path, ready, names)


def _ct2(path: Path, ready: Path, languages: Sequence[str], name: str | None) -> Brought:
    marks = ", or ".join(" and ".join(shape.marks) for shape in SHAPES)
    there = {file.name for file in path.iterdir() if file.is_file()} if path.is_dir() else set()
    shape = next((shape for shape in SHAPES if shape.knows(there)), None)
    if shape is None:
        raise ModelError(
            f"{path} is not a model that an engine here can load: an Argos package has model/model.bin and "
            f"metadata.json, a CTranslate2 folder has model.bin and {marks}"
        )
    stem = re.sub(r"[^a-z0-9]+", "-", path.resolve().name.lower()).strip("-")
    spoken = tuple(languages) or _guessed(shape, stem)
    _check_languages(shape, spoken, path)
    _copy_files(path, ready, shape.files)
    licence = "not stated by the folder"
    return Brought(
        _valid(stem if name is None else name), Local(shape.kind, shape.format, spoken, licence, path.resolve().name)
    )


def _guessed(shape: Shape, stem: str) -> tuple[str, ...]:
    if shape.format == "opus-ct2" and (found := re.search(r"(?:^|-)([a-z]{2,3})-([a-z]{2,3})(?:-ct\w*)?$", stem)):
        return (f"{found[1]}>{found[2]}",)
    if shape.format == "nllb-ct2":
        return tuple(f"{source}>{target}" for source, target in permutations(LANGUAGES, 2))
    if shape.format == "envit5-ct2":
        return ("en>vi", "vi>en")
    return ("vi",) if "phowhisper" in stem else ()


def _check_languages(shape: Shape, languages: Sequence[str], path: Path) -> None:
    parts = 2 if shape.kind == "translate" else 1
    wrong = [language for language in languages if len(language.split(">")) != parts]
    wrong += [language for language in languages if not all(_LANGUAGE.fullmatch(code) for code in language.split(">"))]
    if wrong or not languages:
        example = "en>vi" if shape.kind == "translate" else "vi"
        reason = f"{wrong[0]!r} is not of that form" if wrong else "its files do not say it"
        raise ModelError(f"name the languages of {path.name}, like --languages '{example}': {reason}")


def _valid(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ModelError(f"{name!r} cannot be a model's name: use small letters, digits, dashes and underscores")
    return name


def _copy_files(path: Path, ready: Path, names: Sequence[str]) -> None:
    left = _MAX_FOLDER
    for file_name in names:
        if not (path / file_name).is_file():
            continue
        target = ready / file_name
        target.parent.mkdir(exist_ok=True)
        with (path / file_name).open("rb") as content, target.open("wb") as file:
            left -= copy(content, file, left)
        if left < 0:
            raise ModelError(f"{path} is refused: it has more than {_MAX_FOLDER >> 30} GB")
