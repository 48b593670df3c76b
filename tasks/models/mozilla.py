"""Translators from Mozilla's records of the students of Firefox Translations, or from a mirror of them.

The records (collection `translations-models-v2` of Mozilla's Remote Settings) name each file's direction, version,
size, place, and the digests of it as it is served, packed with zstd, and as it is unpacked. A mirror has them as
`records.json`, and each file at its record's `location` below.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import httpx
import msgspec
import zstandard
from msgspec import Meta

from tasks.models.download import Download
from tasks.models.hub import Patience, client_of, resolve, small
from tasks.models.spec import Errand, ModelFile, SourceError

SETTING: Final = "MOZILLA_MODELS"
"""Names a mirror of one's own, or says "mozilla" for Mozilla's addresses, which are never asked otherwise."""

ITSELF: Final = "mozilla"
RECORDS: Final = (
    "https://firefox.settings.services.mozilla.com/v1/buckets/main/collections/translations-models-v2/records"
)
FILES: Final = "https://firefox-settings-attachments.cdn.mozilla.net"

MAX_RECORDS_BYTES: Final = 8 << 20
MAX_FILE_BYTES: Final = 256 << 20
FORMAT: Final = 3
"""Major version of the records whose files the engine reads."""

_NAMES: Final = {
    "model": "model.bin",
    "lex": "lex.bin",
    "vocab": "vocab.spm",
    "srcvocab": "srcvocab.spm",
    "trgvocab": "trgvocab.spm",
}
"""What a record calls a kind of file → what it is called here."""
_UNPACKED: Final = 2
"""About how many times as large a file is when it is unpacked, for a record that does not say it."""

_BLOCK_BYTES: Final = 1 << 20
_MAX_WINDOW_BYTES: Final = 128 << 20
"""Memory that unpacking may take: what `zstd -d` allows by itself."""

Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Bytes = Annotated[int, Meta(ge=1, le=MAX_FILE_BYTES)]


class _Attachment(msgspec.Struct, frozen=True):
    """A file as it is served."""

    location: Annotated[str, Meta(pattern=r"^[\w-][\w.-]*(/[\w-][\w.-]*)*$", max_length=300)]
    hash: Digest
    size: Bytes


class Record(msgspec.Struct, frozen=True, rename="camel"):
    """One file."""

    file_type: str
    source_language: str
    target_language: str
    version: str
    attachment: _Attachment
    architecture: str | None = None
    decompressed_hash: Digest | None = None
    decompressed_size: Bytes | None = None
    filter_expression: str = msgspec.field(default="", name="filter_expression")
    """Who of Firefox's users gets it; empty: everybody."""

    @property
    def number(self) -> tuple[int, ...]:
        """The version, to be compared; () for one that is not finished, like "3.1a1"."""
        parts = self.version.split(".")
        return tuple(map(int, parts)) if all(map(str.isdecimal, parts)) else ()

    @property
    def file(self) -> ModelFile:
        """What becomes of it here."""
        name, size = _NAMES[self.file_type], self.decompressed_size
        if size is None:
            return ModelFile(name, None, self.attachment.size * _UNPACKED)
        return ModelFile(name, self.decompressed_hash, size)


class _Records(msgspec.Struct):
    data: list[msgspec.Raw]


@dataclass(frozen=True)
class MozillaSource:
    """The newest student of one direction."""

    source: str
    target: str
    patience: Patience = field(default_factory=Patience)

    @property
    def label(self) -> str:
        """What messages call it."""
        named = os.environ.get(SETTING, "")
        where = {"": f"{SETTING} (not set)", ITSELF: "Mozilla"}.get(named, named)
        return f"Firefox Translations from {where}"

    def listing(self, model: str) -> list[ModelFile]:  # noqa: ARG002 - a direction has one model
        """The files of the newest student, with their digests; see `Source.listing`."""
        return [record.file for record in self._records()]

    def fetch(self, errand: Errand) -> None:
        """Download the wanted files and unpack them; see `Source.fetch`."""
        base = _addresses()[1]
        records = {record.file.name: record for record in self._records()}
        wanted = [file for file in errand.wanted if file.name in records]
        with client_of(self.patience) as client:
            for file in sorted(wanted, key=lambda file: file.size):
                self._fetch(records[file.name], file, errand, client, base)

    def _fetch(self, record: Record, file: ModelFile, errand: Errand, client: httpx.Client, base: str) -> None:
        packed = errand.partial / f"{file.name}.zst"
        served = ModelFile(packed.name, record.attachment.hash, record.attachment.size)
        Download(
            client,
            url=f"{base}/{quote(record.attachment.location)}",
            file=served,
            path=packed,
            meter=lambda done, total: errand.meter(f"{errand.model}: {file.name}", done, total),
            pause=self.patience.pause,
        ).run()
        try:
            _unpack(packed, errand.into / file.name, record)
        except ValueError as error:
            raise SourceError(f"{file.name}: refused, it is not what its record says: {error}") from error
        finally:
            packed.unlink()

    def _records(self) -> list[Record]:
        url = _addresses()[0]
        resolve(url, self.patience.connect)
        try:
            with client_of(self.patience) as client:
                everything = msgspec.json.decode(small(client, url, MAX_RECORDS_BYTES), type=_Records).data
        except httpx.HTTPError as error:
            raise SourceError(f"cannot read its records: {error}") from error
        except msgspec.DecodeError as error:
            raise SourceError(f"its records are not understood: {error}") from error
        best = newest(_understood(everything), self.source, self.target)
        if not best:
            raise SourceError(f"it has no student that translates {self.source} into {self.target}")
        return best


def _unpack(packed: Path, path: Path, record: Record) -> None:
    """Write the content of `packed` to `path`.

    Raises:
        ValueError: it is not zstd, larger than the record says, or has another digest.
    """
    limit = record.decompressed_size or MAX_FILE_BYTES
    digest, size = hashlib.sha256(), 0
    try:
        with packed.open("rb") as served, path.open("wb") as unpacked:
            unpacking = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW_BYTES).stream_reader(served)
            while block := unpacking.read(_BLOCK_BYTES):
                size += len(block)
                if size > limit:
                    raise ValueError(f"it has more than {limit} bytes when it is unpacked")
                digest.update(block)
                unpacked.write(block)
    except zstandard.ZstdError as error:
        raise ValueError(f"it cannot be unpacked: {error}") from error
    if record.decompressed_hash not in (None, digest.hexdigest()):
        raise ValueError(f"unpacked it has sha256 {digest.hexdigest()} instead of {record.decompressed_hash}")


def newest(records: Iterable[Record], source: str, target: str) -> list[Record]:
    """The records of the newest whole student of a direction, those that everybody gets before others; else none."""

    def student(record: Record) -> tuple[bool, tuple[int, ...], str]:
        return not record.filter_expression, record.number, record.architecture or ""

    wanted = (source, target)
    fitting = [one for one in records if (one.source_language, one.target_language) == wanted]
    fitting = [one for one in fitting if one.file_type in _NAMES and one.number[:1] == (FORMAT,)]
    for _, group in groupby(sorted(fitting, key=student, reverse=True), student):
        files = {record.file_type: record for record in group}
        if "model" in files and ("vocab" in files or {"srcvocab", "trgvocab"} <= files.keys()):
            return list(files.values())
    return []


def _understood(records: Iterable[msgspec.Raw]) -> Iterable[Record]:
    """Those of our form: there may be newer ones."""
    for raw in records:
        try:
            yield msgspec.json.decode(raw, type=Record)
        except msgspec.ValidationError:
            continue


def _addresses() -> tuple[str, str]:
    """Where the records are, and where the files."""
    named = os.environ.get(SETTING, "").strip().rstrip("/")
    if not named:
        raise SourceError(
            f"{SETTING} names no mirror. Mozilla asks services to re-host its files: name the address of a mirror, or "
            f'"{ITSELF}" to fetch them from Mozilla all the same'
        )
    return (RECORDS, FILES) if named == ITSELF else (f"{named}/records.json", named)
