"""A mirror of Mozilla's records and files on loopback, with the students of English and Portuguese."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import zstandard

from tasks import installation, registry
from tests.support.hub import Hub

KINDS = {"model.bin": "model", "lex.bin": "lex", "vocab.spm": "vocab"}


def packed(content: bytes) -> bytes:
    """`content` as a frame of zstd, as it is served."""
    return zstandard.compress(content)


def record(
    location: str,
    content: bytes,
    kind: str,
    pair: tuple[str, str] = ("en", "pt"),
    **more: Any,  # noqa: ANN401 - any field
) -> dict[str, Any]:
    """A record as Mozilla writes it, of a file that is served packed."""
    served = packed(content)
    source, target = pair
    return {
        "name": f"{kind}.{source}{target}.bin",
        "schema": 1700000000000,
        "fileType": kind,
        "sourceLanguage": source,
        "targetLanguage": target,
        "architecture": "tiny",
        "version": "3.0",
        "attachment": {
            "hash": hashlib.sha256(served).hexdigest(),
            "size": len(served),
            "filename": f"{kind}.bin.zst",
            "location": location,
            "mimetype": "application/zstd",
        },
        "decompressedHash": hashlib.sha256(content).hexdigest(),
        "decompressedSize": len(content),
        "filter_expression": "",
        "id": location,
        "last_modified": 1700000000000,
    } | more


@cache
def student(source: str, target: str) -> dict[str, bytes]:
    """The files of a direction of the installed model `bergamot-en-pt`, by their kind."""
    installation.install("bergamot-en-pt")
    folder = registry.folder("bergamot-en-pt") / f"{source}-{target}"
    return {kind: (folder / name).read_bytes() for name, kind in KINDS.items()}


def serve(hub: Hub, pair: tuple[str, str] = ("en", "pt"), **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Serve the student of a pair; its records are listed and returned."""
    records = [put(hub, content, kind, pair, **more) for kind, content in student(*pair).items()]
    listed(hub, records)
    return records


def put(hub: Hub, content: bytes, kind: str, pair: tuple[str, str], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Serve one file at its place, and return its record."""
    location = f"main-workspace/translations-models-v2/{kind}-{'-'.join(pair)}.bin.zst"
    hub.put(f"/{location}", packed(content))
    return record(location, content, kind, pair, **more)


def listed(hub: Hub, records: list[dict[str, Any]]) -> None:
    """Let the mirror list these records."""
    hub.put("/records.json", json.dumps({"data": records}).encode())


def packed_path(records: list[dict[str, Any]], kind: str) -> str:
    """Where the file of a kind is served."""
    return "/" + next(str(one["attachment"]["location"]) for one in records if one["fileType"] == kind)


def unpacked(folder: Path) -> dict[str, bytes]:
    """The files of an installed model."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
