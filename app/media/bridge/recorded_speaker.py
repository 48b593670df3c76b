"""A recorded speaker: a shipped recording played into a demo room as a participant of its own."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
import structlog

from app.auth.tokens import ORIGINAL, ParticipantMeta
from app.media.audio.framer import frames
from app.media.audio.opus import Pcm
from app.media.audio.recording import read_recording
from app.media.audio.rtp import RTP_RATE
from app.media.bridge.sender import RtpSender, new_ssrc
from app.media.bridge.services import Services
from app.media.bridge.sfu_client import SfuError, SfuGoneError
from app.media.bridge.sfu_messages import InjectAnswer, Nothing

FOLDER: Final = Path(__file__).parent / "recordings"

START_DELAY_SECONDS: Final = 0.4
"""Time between the track's appearance and its first sound: the tap and the first listener get ready."""

PAUSE_SECONDS: Final = 3.0
"""Time between two rounds."""

MAX_PLAY_SECONDS: Final = 300.0
"""Time after which no new round begins: a forgotten tab must not keep the workers busy."""

CLOSE_SECONDS: Final = 0.5
"""Time that leaving the room may take."""

log = structlog.get_logger(__name__)


def recording_path(name: str, folder: Path = FOLDER) -> Path | None:
    """The shipped recording of that name, or None: only names found in the folder are played."""
    return {path.stem: path for path in folder.glob("*.flac")}.get(name)


def language_of(recording: Path) -> str:
    """What is spoken in a shipped recording: its name ends in it, as `demo-en`."""
    return recording.stem.rpartition("-")[2]


class RecordedSpeaker:
    """Plays one recording into one room. Run `run` as a task; cancel it when the room is gone."""

    def __init__(self, services: Services, room: str, participant: str, path: Path) -> None:
        self._services = services
        self._room = room
        self._participant = participant
        self._path = path

    async def run(self) -> None:
        """Joins, plays round after round for up to `MAX_PLAY_SECONDS`, and leaves."""
        samples = await asyncio.to_thread(read_recording, self._path)
        identity = {"room": self._room, "participant": self._participant}
        try:
            await self._perform(await self._join(identity), samples)
        except (SfuError, SfuGoneError) as error:
            log.warning("a recorded speaker cannot join", room=self._room, error=str(error))
        finally:
            with suppress(SfuError, SfuGoneError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    if self._services.sfu.connected:
                        await self._services.sfu.request("removeParticipant", identity, Nothing)

    async def _join(self, identity: dict[str, str]) -> RtpSender:
        speaks = language_of(self._path)
        meta = ParticipantMeta(name="Demo", speak=speaks, read=speaks, hear=ORIGINAL)
        sfu = self._services.sfu
        await sfu.request("addParticipant", {**identity, "meta": msgspec.to_builtins(meta)}, Nothing)
        ssrc = new_ssrc()
        data = {**identity, "track": "original", "label": None, "ssrc": ssrc, "fence": self._services.fence(self._room)}
        answer = await sfu.request("inject", data, InjectAnswer)
        return RtpSender(answer.port, ssrc)

    async def _perform(self, sender: RtpSender, samples: Pcm) -> None:
        try:
            await asyncio.sleep(START_DELAY_SECONDS)
            end = time.monotonic() + MAX_PLAY_SECONDS
            while time.monotonic() < end:
                await sender.play(frames(samples, RTP_RATE))
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            sender.close()
