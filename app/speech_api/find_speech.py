"""The listening process: `python -m app.speech_api.find_speech MODE SECONDS`, one for each file or stream.

`web` neither decodes what strangers send nor runs the voice detector: this process does, confined (`app.confinement`)
and without any secret in its environment. It reads the audio from its input, finds the speech with the bridge's own
detector and segmenter, and writes `SpeechRecord` records.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import msgspec

from app import confinement
from app.speech_api.records import SIZE_HEADER, Mode, SpeechRecord


def _write(record: SpeechRecord, pcm: bytes = b"") -> None:
    header = msgspec.json.encode(msgspec.structs.replace(record, size=len(pcm)))
    sys.stdout.buffer.write(SIZE_HEADER.pack(len(header)) + header + pcm)
    sys.stdout.buffer.flush()


def _records(mode: Mode, most: float) -> Iterator[tuple[SpeechRecord, bytes]]:
    from app.media.audio.vad import VoiceDetector
    from app.speech_api import speech_finder  # after the limits are set

    detector = VoiceDetector()  # reads its model
    confinement.confine()
    if mode == "file":
        return speech_finder.speech_in_file(detector, sys.stdin.buffer.read(), most)
    if mode == "reference":
        return speech_finder.whole(detector, sys.stdin.buffer.read(), most)
    return speech_finder.speech_in_stream(detector, speech_finder.packets(sys.stdin.buffer), mode, most)


def main() -> None:
    """The process."""
    mode: Mode = msgspec.convert(sys.argv[1], Mode)
    most = float(sys.argv[2])
    nowhere = os.open(os.devnull, os.O_WRONLY)
    confinement.limit()
    from app.speech_api.decoding import RefusedError

    try:
        for record, pcm in _records(mode, most):
            _write(record, pcm)
    except RefusedError as error:
        _write(SpeechRecord(kind="refused", status=error.status, code=error.code, message=str(error)))
    except MemoryError:
        _write(SpeechRecord(kind="refused", status=413, code="too_large", message="This audio needs too much memory."))
    except BrokenPipeError:  # nobody listens any more
        os.dup2(nowhere, sys.stdout.fileno(), inheritable=False)


if __name__ == "__main__":
    main()
