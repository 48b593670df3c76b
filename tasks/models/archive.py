"""Unpacks an Argos package: a zip of one folder, or of none, with metadata.json, model/ and a tokenizer.

Nothing in it is believed: names are checked before anything is written, sizes are counted while writing, and only
what an engine reads is unpacked. `stanza/` stays behind: it holds pickles for torch, and sentences are split by code
of ours.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Final

import msgspec

from tasks.languages import LANGUAGES
from tasks.models.sources import copy
from tasks.models.spec import ModelError

MAX_FILES: Final = 1000
MAX_BYTES: Final = 2 << 30
"""Of all files together; the largest packages of the index have about 300 MB."""

_WANTED: Final = re.compile(
    r"metadata\.json|README(\.md|\.txt)?|LICEN[CS]E(\.md|\.txt)?|sentencepiece\.model|bpe\.model|model/[\w.-]+",
    re.IGNORECASE,
)
CODES: Final = {known.engines.argos: code for code, known in LANGUAGES.items() if known.engines.argos}
"""Argos codes that are no BCP 47 subtags → the subtag."""
_CODE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_MAX_METADATA: Final = 1 << 16
DAMAGED: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,  # zipfile's, for a method of compression that it does not know
    UnicodeDecodeError,
    EOFError,
    OSError,
)
"""What reading a zip file raises when it is not whole, names that are no UTF-8 among it."""


class Metadata(msgspec.Struct, frozen=True):
    """The part of a package's metadata.json that matters here."""

    from_code: str
    to_code: str
    package_version: str = ""

    @property
    def source(self) -> str:
        """The language it translates from, as BCP 47 has it."""
        return CODES.get(self.from_code, self.from_code)

    @property
    def target(self) -> str:
        """The language it translates into, as BCP 47 has it."""
        return CODES.get(self.to_code, self.to_code)

    @property
    def pair(self) -> str:
        """What it translates, as "en>vi"."""
        return f"{self.source}>{self.target}"


def unpack(package: Path, into: Path) -> Metadata:
    """Unpack an Argos package into the empty folder `into`.

    Raises:
        ModelError: it is no such package, or not a harmless one; the message says why.
    """
    try:
        with zipfile.ZipFile(package) as archive:
            members = _checked(archive, package.name)
            _extract(archive, members, into, package.name)
    except DAMAGED as error:
        raise ModelError(f"{package.name} is not a whole zip file: {error}") from error
    return describe(into, package.name)


def describe(folder: Path, name: str) -> Metadata:
    """The metadata of an unpacked package, which is checked to be complete.

    Raises:
        ModelError: something is missing or cannot be understood.
    """
    if not (folder / "model" / "model.bin").is_file():
        raise ModelError(f"{name} is not an Argos package: it has no model/model.bin")
    if not any((folder / tokenizer).is_file() for tokenizer in ("sentencepiece.model", "bpe.model")):
        raise ModelError(f"{name} is not an Argos package: it has neither sentencepiece.model nor bpe.model")
    path = folder / "metadata.json"
    try:
        if path.stat().st_size > _MAX_METADATA:
            raise ModelError(f"{name} has a metadata.json of more than {_MAX_METADATA} bytes")
        metadata = msgspec.json.decode(path.read_bytes(), type=Metadata)
    except FileNotFoundError as error:
        raise ModelError(f"{name} is not an Argos package: it has no metadata.json") from error
    except msgspec.DecodeError as error:
        raise ModelError(f"{name} has a metadata.json that cannot be understood: {error}") from error
    for code in (metadata.from_code, metadata.to_code):
        if not _CODE.fullmatch(code):
            raise ModelError(f"{name} names {code!r} as a language, which is no language code")
    return metadata


def _checked(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > MAX_FILES:
        raise ModelError(f"{name} is refused: it has {len(members)} files, more than {MAX_FILES}")
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise ModelError(f"{name} is refused: unpacked it would have more than {MAX_BYTES >> 20} MB")
    seen: set[str] = set()
    for member in members:
        path = member.filename
        if not path:
            raise ModelError(f"{name} is refused: a file in it has no name")
        if path.startswith("/") or "\\" in path or ":" in path or ".." in path.split("/"):
            raise ModelError(f"{name} is refused: it would write outside its folder ({path!r})")
        if path in seen:
            raise ModelError(f"{name} is refused: it holds {path!r} twice")
        seen.add(path)
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or member.flag_bits & 1:
            raise ModelError(f"{name} is refused: {path!r} is a link or encrypted")
    return [member for member in members if not member.is_dir()]


def _extract(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], into: Path, name: str) -> None:
    tops = {member.filename.split("/")[0] for member in members if "/" in member.filename}
    flat = any(member.filename == "metadata.json" for member in members)
    if not flat and len(tops) != 1:
        raise ModelError(f"{name} is not an Argos package: it has no metadata.json in its folder")
    left = MAX_BYTES
    for member in members:
        path = member.filename if flat else member.filename.partition("/")[2]
        if not _WANTED.fullmatch(path):
            continue
        target = into / path
        target.parent.mkdir(exist_ok=True)
        with archive.open(member) as content, target.open("wb") as file:
            left -= copy(content, file, min(left, member.file_size))
        if left < 0 or target.stat().st_size > member.file_size:
            raise ModelError(f"{name} is refused: {path} is larger than the package says")
