"""Whoever takes over the decoder of uploads reaches nothing with it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from app.confinement import NOBODY
from app.speech_api.helpers import ROOT, Helpers
from app.speech_api.records import Mode
from ops.harness.waiting import until
from tests.speech_api.odd_audio import encoded

SECRET = "a-secret-that-only-web-may-know"


async def attacked(folder: Path) -> dict[str, Any]:
    """What somebody who has taken over a decoder is answered."""
    async with Helpers(1).start("tests.support.attacker", str(folder)) as process:
        found: dict[str, Any] = json.loads(await process.output.read())
        return found


def test_a_decoder_that_was_taken_over_reaches_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SESSION_SECRET", SECRET)
    tmp_path.chmod(0o777)
    answers = asyncio.run(attacked(tmp_path))
    assert answers.pop("filtered"), "this kernel has seccomp"
    assert answers.pop("uid") == (NOBODY if os.geteuid() == 0 else os.geteuid())
    assert SECRET not in str(answers.pop("environment"))
    assert answers.pop("a thread") == "done"
    assert answers.pop("three gigabytes") == "MemoryError"
    assert answers.pop("clone3", "ENOSYS") == "ENOSYS", "libc goes on with clone, whose flags a filter can read"
    assert {name: said for name, said in answers.items() if said != "EPERM"} == {}
    assert list(tmp_path.iterdir()) == []


def proc(pid: int, name: str) -> str:
    """A file of /proc of a process."""
    return Path(f"/proc/{pid}/{name}").read_text()


def facts(pid: int) -> dict[str, str]:
    """The status of a process."""
    return dict(re.findall(r"^(\w+):\t(.*)$", proc(pid, "status"), re.M))


@pytest.mark.parametrize("mode", ["file", "reference", "pcm", "opus"])
async def test_a_listener_is_confined_before_it_reads(mode: Mode) -> None:
    async with Helpers(1).listener(mode, 60.0) as process:
        await process.write(b"\0")  # less than a packet, and not the end of a file

        async def confined() -> bool:
            assert process.running, "it is confined before it ends"
            return facts(process.pid)["Seccomp"] == "2"

        await until(confined, 30)
        found, limits = facts(process.pid), proc(process.pid, "limits")
    assert found["NoNewPrivs"] == "1"
    assert int(found["CapEff"], 16) == 0
    if os.geteuid() == 0:
        assert set(found["Uid"].split()) == set(found["Gid"].split()) == {str(NOBODY)}
        assert found["Groups"].strip() == ""
    assert re.search(r"^Max address space +2147483648 ", limits, re.M)
    assert re.search(r"^Max cpu time +1800 ", limits, re.M)
    assert re.search(r"^Max file size +0 ", limits, re.M)


FORMS = {
    "wav": "pcm_s16le",
    "mp3": "libmp3lame",
    "flac": "flac",
    "ogg": "libopus",
    "aiff": "pcm_s16be",
    "mp4": "aac",
    "mpegts": "mp2",
    "matroska": "ac3",
}


def film() -> bytes:
    """A file with pictures beside the sound."""
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        pictures: Any = container.add_stream("mpeg4", rate=10)
        pictures.width = pictures.height = 64
        pictures.pix_fmt = "yuv420p"
        sound: Any = container.add_stream("libopus", rate=48_000, layout="mono")
        for at in range(10):
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(np.full((64, 64, 3), at, np.uint8), "rgb24")))
        frame = av.AudioFrame.from_ndarray(SOUND.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48_000
        for piece in av.AudioResampler(sound.format, "mono", 48_000, frame_size=960).resample(frame):
            container.mux(sound.encode(piece))
        container.mux(pictures.encode(None))
        container.mux(sound.encode(None))
    return out.getvalue()


SOUND = np.random.default_rng(5).integers(-9_000, 9_000, 48_000).astype(np.int16)


@pytest.mark.parametrize("form", [*FORMS, "film"])
async def test_what_is_confined_reads_every_form(form: str) -> None:
    data = film() if form == "film" else encoded(form, FORMS[form], [SOUND])
    async with Helpers(1).listener("reference", 60.0) as process:
        await process.write(data)
        await process.close_input()
        ((record, pcm),) = [found async for found in process.records()]
    assert record.seconds == pytest.approx(1.0, abs=0.1)
    assert np.abs(np.frombuffer(pcm, "<i2")).max() > 3_000


PEEK = """
import ctypes, os, sys
from app.confinement import unseen
if os.geteuid() == 0:
    os.setgid(12345), os.setuid(12345)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # a change of the user has hidden it already
if sys.argv[1] == "unseen":
    unseen()
parent = os.getpid()
if os.fork() == 0:
    try:
        open(f"/proc/{parent}/environ").read()
        os.write(1, b"read")
    except PermissionError:
        os.write(1, b"refused")
    os._exit(0)
os.wait()
"""


@pytest.mark.parametrize(("how", "answer"), [("seen", "read"), ("unseen", "refused")])
def test_a_process_of_the_same_user_cannot_read_the_environment(how: str, answer: str) -> None:
    peek = subprocess.run([sys.executable, "-c", PEEK, how], cwd=ROOT, capture_output=True, text=True)
    assert (peek.stdout, peek.stderr) == (answer, "")


def test_the_web_application_is_unseen() -> None:
    code = "import ctypes; from app.main import create_app; create_app(); print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    secrets = dict.fromkeys(("SESSION_SECRET", "SFU_TOKEN_SECRET"), "s" * 40)
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | secrets, capture_output=True)
    assert made.stdout.split()[-1:] == [b"0"], made.stderr
