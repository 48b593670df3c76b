"""A speech without pauses, from the recordings of the repository alone and from a folder with a long one."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ops.harness.recordings import DATA
from ops.measure.long_speech import long_speech, trimmed

RATE = 16_000


def test_the_readings_of_one_speaker_are_joined_without_pauses() -> None:
    speech = long_speech(DATA, "en", 60.0)
    assert speech.name == "en_LJ001-0001 and 8 more"
    assert 45 < speech.seconds <= 60
    assert [part.text.split()[0] for part in speech.parts[:2]] == ["Printing,", "the"]
    assert all(before.end == after.start for before, after in zip(speech.parts, speech.parts[1:], strict=False))
    times = [word.at for word in speech.words]
    assert times == sorted(times)
    assert times[-1] == pytest.approx(speech.parts[-1].end)
    samples, rate = soundfile.read(io.BytesIO(speech.wav), dtype="int16")
    assert rate == RATE
    assert np.array_equal(samples, speech.samples)


def test_where_nobody_reads_for_so_long_everybody_does() -> None:
    assert long_speech(DATA, "pt", 60.0).name == "pt_fleurs_000 and 4 more"
    with pytest.raises(LookupError, match=r"no recording in .* is read in tlh"):
        long_speech(DATA, "tlh", 60.0)


def test_a_long_recording_comes_before_joined_ones(tmp_path: Path) -> None:
    sound = (np.sin(np.arange(RATE * 9) / 20) * 8_000).astype(np.int16)
    soundfile.write(tmp_path / "long.flac", sound, RATE)
    parts = [{"start": n * 3.0 + 0.5, "end": n * 3.0 + 2.5, "text": f"part {n}"} for n in range(3)]
    row = {"id": "long", "file": "long.flac", "language": "en", "kind": "long_joined", "duration_s": 9.0}
    (tmp_path / "manifest.jsonl").write_text(json.dumps({**row, "segments": parts}))
    speech = long_speech(tmp_path, "en", 6.0)
    assert [part.text for part in speech.parts] == ["part 0", "part 1"]
    assert speech.seconds == 5.5, "what follows the last part that fits is left out"
    assert len(long_speech(tmp_path, "en", 1.0).parts) == 1, "one part at least"


def test_silence_around_speech_is_cut_away() -> None:
    silence, speech = np.zeros(RATE, np.int16), np.full(RATE, 5_000, np.int16)
    assert len(trimmed(np.concatenate([silence, speech, silence]))) == RATE + 2 * 800 - 1
    assert len(trimmed(silence)) == RATE
