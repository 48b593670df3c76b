"""Uploads that trickle in hold no place for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from app.speech_api import upload
from app.speech_api.errors import ApiError

HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
TAIL = b"\r\n--b--\r\n"


class Sink:
    """Counts what it is given."""

    def __init__(self) -> None:
        self.taken = 0

    async def write(self, chunk: bytes) -> None:
        self.taken += len(chunk)


async def read(pieces: AsyncIterator[bytes], most_seconds: float) -> tuple[upload.Form, Sink]:
    request: Any = SimpleNamespace(content_type=("multipart/form-data", {"boundary": "b"}), stream=lambda: pieces)
    sink = Sink()
    return await upload.read(request, sink, 1_000_000, most_seconds), sink


async def test_a_whole_file_comes() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (HEAD, b"x" * 70_000, TAIL):
            yield piece

    form, sink = await read(pieces(), 10)
    assert form.file_bytes == sink.taken == 70_000


NAMES = (
    "buổi họp.wav".encode(), "café.wav".encode("latin-1"), "会議.wav".encode("shift-jis"), "会議.wav".encode("gb18030"),
    "Встреча.wav".encode("cp1251"), "👍.wav".encode(), b"C:\\dir\\a.wav", b'a\\"b.wav', b"a%22b.wav", b"", b"\xff\xfe",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("header", [b'; filename="%b"', b'; filename="x"; filename*=UTF-8\'\'caf%%C3%%A9.wav; n="%b"'])
async def test_a_file_comes_whatever_its_name_is_written_in(name: bytes, header: bytes) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        whole = b'--b\r\nContent-Disposition: form-data; name="file"' + header % name + b"\r\n\r\nsound" + TAIL
        for at in range(0, len(whole), 7):
            yield whole[at : at + 7]

    form, sink = await read(pieces(), 10)
    assert form.file_bytes == sink.taken == 5


async def test_two_files_are_not_taken_for_one() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield HEAD + b"one\r\n" + HEAD + b"two" + TAIL

    with pytest.raises(ApiError) as refused:
        await read(pieces(), 10)
    assert refused.value.status_code == 400
    assert "two files" in refused.value.detail


@pytest.mark.parametrize(("idle", "most", "code"), [(0.02, 10.0, "idle"), (10.0, 0.02, "upload_too_slow")])
async def test_who_sends_nothing_or_a_byte_at_a_time_is_told_so(
    monkeypatch: pytest.MonkeyPatch, idle: float, most: float, code: str
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield HEAD
        if code == "idle":
            await asyncio.Event().wait()
        while True:
            yield b"x"
            await asyncio.sleep(0)

    monkeypatch.setattr(upload, "IDLE_SECONDS", idle)
    with pytest.raises(ApiError) as refused:
        await asyncio.wait_for(read(pieces(), most), 5)
    assert (refused.value.status_code, refused.value.code) == (408, code)
