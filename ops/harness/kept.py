"""A call that is being recorded, with what a bridge would have brought of it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import redis
from playwright.async_api import Page

from app.media.audio.opus import FRAME, OpusEncoder, Pcm, resample
from app.media.audio.rtp import RTP_RATE
from ops.harness.captions import caption, say
from ops.harness.recordings import recordings
from tasks.wire import keys
from tasks.wire.kept import STEPS, STEPS_A_PEAK, Cue, KeptChunk, KeptPacket, pack
from tasks.wire.messages import STT_RATE, Timeline

FRAME_STEPS: Final = 8
AGO: Final = 65
"""Seconds that the call has been recorded for."""


def packets_of(name: str, at: int) -> tuple[Pcm, list[KeptPacket]]:
    """A recording at 48 kHz, and its packets from step `at` on."""
    pcm = resample(np.frombuffer(recordings()[name].pcm(), "<i2").astype(np.int16), STT_RATE, RTP_RATE)
    encoder, found = OpusEncoder(), list[KeptPacket]()
    for index in range(len(pcm) // FRAME):
        for data in encoder.encode(pcm[index * FRAME : (index + 1) * FRAME]):
            found.append(KeptPacket(at + len(found) * FRAME_STEPS, FRAME_STEPS, data))
    return pcm, found


def bring(
    client: redis.Redis,
    room: str,
    call: str,
    speaker: str,
    at: float,
    *,
    name: str,
    language: str = "",
    cue: str = "",
    lost: float = 0.0,
) -> Pcm:
    """Pass on a recording as a bridge does, as heard so many seconds after the call began to be kept; at 48 kHz."""
    recording, packets = packets_of(name, round(at * STEPS))
    loud = [int(np.abs(frame.astype(np.int32)).max()) >> 7 for frame in np.array_split(recording, len(packets))]
    for first in range(0, len(packets), 120):
        some = packets[first : first + 120]
        start = some[0].at // STEPS_A_PEAK
        peaks = bytearray(some[-1].at // STEPS_A_PEAK - start + 1)
        for packet, peak in zip(some, loud[first:], strict=False):
            place = packet.at // STEPS_A_PEAK - start
            peaks[place] = max(peaks[place], min(255, peak))
        chunk = KeptChunk(
            room=room,
            call=call,
            speaker=speaker,
            language=language,
            packets=some,
            peaks_from=start,
            peaks=bytes(peaks),
            cues=[Cue(cue, some[0].at)] if cue and not first else [],
            lost=0.0 if first else lost,
        )
        client.xadd(keys.KEPT, {"c": pack(chunk)})
    return recording


def let_record(folder: Path) -> None:
    """Turn it on, as the administration's page does."""
    with closing(sqlite3.connect(folder / "jbcalling.db")) as database, database:
        database.execute("INSERT OR REPLACE INTO switches (name, is_on) VALUES ('keep_calls', 1)")


def forget_answers(folder: Path, name: str) -> None:
    """Let somebody be asked again."""
    with closing(sqlite3.connect(folder / "jbcalling.db", timeout=10)) as database, database:
        database.execute("DELETE FROM kept_consents WHERE name = ?", [name])


async def record(page: Page, room: str, redis_url: str, folder: Path, host: str) -> None:
    """Begin on the page of a host with this id, as if a minute ago; what they have said since, with its English dub."""
    page.on("dialog", lambda dialog: dialog.accept())
    await page.click("#hosting-button")
    await page.click("#keeping-begin")
    await page.wait_for_selector("#keeping-end")
    await page.keyboard.press("Escape")
    back = f"strftime('%Y-%m-%d %H:%M:%f000', {{}}, '-{AGO} seconds')"
    with closing(sqlite3.connect(folder / "jbcalling.db", timeout=10)) as database, database:
        database.execute(f"UPDATE kept_calls SET started_at = {back.format('started_at')}")
        database.execute(f"UPDATE kept_consents SET since = {back.format('since')}")
        (call,) = database.execute("SELECT id FROM kept_calls").fetchone()
    since = time.time() - AGO
    lines = (
        (
            "pt_fleurs_001",
            3.0,
            "Pousamos às nove e meia, se tudo correr bem.",
            "We land at half past nine, if all goes well.",
        ),
        ("pt_fleurs_004", 30.0, "Até amanhã!", "See you tomorrow!"),
    )
    with redis.Redis.from_url(redis_url) as client:
        client.set(keys.kept_alive(call), b"1")
        for seq, (name, at, source, english) in enumerate(lines):
            segment = f"{room}.{seq}"
            bring(client, room, call, host, at, name=name, lost=1.2 * seq)
            dub = ("en_LJ001-0011", "en_cv_651325")[seq]
            bring(client, room, call, host, at + 4, name=dub, language="en", cue=segment)
            start = since + at
            timeline = Timeline(speech_start=start, speech_end=start + 8, closed=start + 8.4)
            for language, text in (("pt", source), ("en", english)):
                say(
                    client,
                    caption(
                        room, segment, text, language=language, source="pt", speaker=host, seq=seq, timeline=timeline
                    ),
                )
