"""The listening process: `python -m app.speech_api.find_speech MODE SECONDS`, one for each file or stream.

`web` neither decodes what strangers send nor runs the voice detector: this process does, with limits on memory, time
and files and without any secret in its environment. It reads the audio from its input, finds the speech with the
bridge's own detector and segmenter, and writes `SpeechRecord` records.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from typing import Final

import msgspec

from app.speech_api.records import SIZE_HEADER, Mode, SpeechRecord

MEMORY: Final = 2 * 1024**3
CPU_SECONDS: Final = 1_800
"""Detecting voice costs about 45 ms a second of audio on a busy core: enough for ten hours."""
FILES: Final = 64
NICENESS: Final = 5


def _restrict() -> None:
    """Give away what a decoder does not need, before anything of the input is read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    os.nice(NICENESS)  # calls come first


def _write(record: SpeechRecord, pcm: bytes = b"") -> None:
    header = msgspec.json.encode(msgspec.structs.replace(record, size=len(pcm)))
    sys.stdout.buffer.write(SIZE_HEADER.pack(len(header)) + header + pcm)
    sys.stdout.buffer.flush()


def _records(mode: Mode, most: float) -> Iterator[tuple[SpeechRecord, bytes]]:
    from app.speech_api import speech_finder  # after the limits are set

    if mode == "file":
        return speech_finder.speech_in_file(sys.stdin.buffer.read(), most)
    if mode == "reference":
        return speech_finder.whole(sys.stdin.buffer.read(), most)
    return speech_finder.speech_in_stream(speech_finder.packets(sys.stdin.buffer), mode, most)


def main() -> None:
    """The process."""
    mode: Mode = msgspec.convert(sys.argv[1], Mode)
    most = float(sys.argv[2])
    _restrict()
    from app.speech_api.decoding import RefusedError

    try:
        for record, pcm in _records(mode, most):
            _write(record, pcm)
    except RefusedError as error:
        _write(SpeechRecord(kind="refused", status=error.status, code=error.code, message=str(error)))
    except MemoryError:
        _write(SpeechRecord(kind="refused", status=413, code="too_large", message="This audio needs too much memory."))
    except BrokenPipeError:  # nobody listens any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
