"""Reads a multipart body as it comes: fields into memory, the file on to whoever takes it, nothing onto the disk.

Litestar's own form parser puts files into temporary files, which would leave speech lying about.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from litestar import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser  # type: ignore[import-untyped]

from app.speech_api.errors import ApiError, bad_request

AnyRequest = Request[Any, Any, Any]
MAX_FIELD_BYTES: Final = 16 * 1024
MAX_PARTS: Final = 32
IDLE_SECONDS: Final = 30.0
"""Between two chunks of a body."""


class Sink(Protocol):
    """Takes a file, chunk by chunk."""

    async def write(self, chunk: bytes) -> None:
        """Take the next chunk."""
        ...


@dataclass
class Form:
    """The fields of a body."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    file_bytes: int = 0

    def one(self, name: str, otherwise: str = "") -> str:
        """The last value of a field; an empty one is as good as none."""
        return self.fields.get(name, [""])[-1] or otherwise

    def many(self, name: str) -> list[str]:
        """All values of a field, also where they were sent as `name[]`, or as `name[0]` and so on."""
        place = re.compile(rf"{re.escape(name)}(?:\[\d*\])?")
        return [value for field_name, values in self.fields.items() if place.fullmatch(field_name) for value in values]


async def read(request: AnyRequest, sink: Sink, most_bytes: int, most_seconds: float) -> Form:
    """Read the whole body; the part named `file` goes to `sink`.

    Raises:
        ApiError: it is no multipart body, has no file, or the file is larger than `most_bytes`; or it has not come
            within `most_seconds`, or nothing of it for `IDLE_SECONDS`.
    """
    try:
        async with asyncio.timeout(most_seconds):
            return await _read(request, sink, most_bytes)
    except TimeoutError:
        message = f"The upload has not come within {most_seconds:.0f} s: send a smaller file, or over a faster line."
        raise ApiError(408, "upload_too_slow", message) from None


async def _read(request: AnyRequest, sink: Sink, most_bytes: int) -> Form:
    kind, options = request.content_type
    boundary = options.get("boundary")
    if kind != "multipart/form-data" or not boundary:
        raise bad_request("Send multipart/form-data with the audio in the field `file`.")
    form = Form()
    seen_file = False
    try:
        async for name, is_file, data in _parts(request, boundary):
            if is_file and name == "file":
                seen_file = True
                form.file_bytes += len(data)
                if form.file_bytes > most_bytes:
                    raise too_large(most_bytes)
                await sink.write(data)
            elif not is_file:
                form.fields.setdefault(name, []).append(bytes(data).decode())
    except (MultipartError, UnicodeDecodeError) as error:
        raise bad_request(f"The multipart body cannot be read: {error}.") from error
    if not seen_file or not form.file_bytes:
        raise bad_request("There is no audio: send it in the field `file`.", "no_file")
    return form


def too_large(most_bytes: int) -> ApiError:
    """413 for a file."""
    return ApiError(413, "file_too_large", f"The file has more than {most_bytes // 1_000_000} MB: send a shorter one.")


async def _parts(request: AnyRequest, boundary: str) -> AsyncIterator[tuple[str, bool, bytes]]:
    """Every part as (name, whether it is a file, data): a file in chunks, a field whole."""
    segment: Any = None  # the parser begins with one
    field_data = bytearray()
    files = 0
    # Names of files are not looked at, and come in whatever encoding: Latin-1 reads every byte.
    with PushMultipartParser(boundary.encode(), max_segment_count=MAX_PARTS, header_charset="latin-1") as parser:
        async with aclosing(request.stream()) as body:
            async for chunk in _steadily(body):
                for found in parser.parse(chunk):
                    if isinstance(found, MultipartSegment):
                        segment, field_data = found, bytearray()
                        files += segment.name == "file"
                        if files > 1:
                            raise bad_request("There are two files: send one at a time.")
                    elif segment.filename is not None or segment.name == "file":  # some clients name no file
                        yield segment.name, True, bytes(found or b"")
                    elif found is None:
                        yield segment.name, False, bytes(field_data)
                    elif len(field_data) + len(found) > MAX_FIELD_BYTES:
                        raise ApiError(413, "field_too_large", f"The field {segment.name!r} is too large.")
                    else:
                        field_data += found


async def _steadily(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Its chunks, as long as they keep coming."""
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                chunk = await anext(body, None)
        except TimeoutError:
            message = f"Nothing of the upload came for {IDLE_SECONDS:.0f} s: send it again, without pauses."
            raise ApiError(408, "idle", message) from None
        if chunk is None:
            return
        yield chunk
