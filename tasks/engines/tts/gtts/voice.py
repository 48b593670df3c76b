"""Google Translate's voices through the gTTS package: clear, but **everything that is said leaves this machine**.

Never used unless the operator sets GTTS_ENABLED=1 and installs the extra `gtts`. The package makes the requests;
they are sent from here, because it would send them without checking the server's certificate. It is no official
interface: the service refuses (429) as it likes, and is then left alone for a while.
"""

from __future__ import annotations

import base64
import binascii
import email.utils
import io
import logging
import re
import time
from types import MappingProxyType
from typing import Final

import av
import httpx
import numpy as np

from tasks.engines.base import Audio, EngineError, TextToSpeech
from tasks.engines.tts.cooldown import CoolDown
from tasks.engines.tts.gtts import CODES, available
from tasks.engines.tts.loudness import Samples, finish, gain_for
from tasks.engines.tts.speakable import speakable_clauses

logger = logging.getLogger(__name__)

RATE: Final = 24_000
BASE_URL: Final = "https://translate.google.com"
CLAUSE_CHARACTERS: Final = (60, 90)
"""Characters of the first and of further clauses; the service takes 100 at once, and cutting is not exact."""

MAX_ANSWER_BYTES: Final = 2_000_000
"""Bytes; 100 characters of speech are about 60,000."""

_PATH: Final = "/_/TranslateWebserverUi/data/batchexecute"
_TIMEOUT: Final = httpx.Timeout(4.0, connect=2.0)
_AUDIO = re.compile(r'jQ1olc","\[\\"([A-Za-z0-9+/=\\]*)\\"]')


class Gtts(TextToSpeech):
    """Speech made by Google's servers; text leaves the machine."""

    name = "gtts"
    languages = frozenset(CODES)
    voices = MappingProxyType({language: (language,) for language in CODES})

    def __init__(self, *, base_url: str = BASE_URL, cooldown: CoolDown | None = None) -> None:
        if not available():
            raise EngineError("gTTS sends text to Google: set GTTS_ENABLED=1 to allow it, and install the extra `gtts`")
        self._client = httpx.Client(base_url=base_url, timeout=_TIMEOUT, follow_redirects=False)
        self._cooldown = cooldown or CoolDown()
        self._gains: dict[str, float] = {}
        logger.warning("gTTS is enabled: every text that is spoken with it is sent to %s", base_url)

    def warm_up(self) -> None:
        """Nothing: a text is sent out only when somebody is to hear it. The first clause sets the level."""

    def usable(self) -> bool:
        """False while the service is being left alone."""
        return self._cooldown.remaining() == 0

    def clauses(self, text: str, language: str) -> list[str]:
        """Clauses that fit one request each."""
        return speakable_clauses(text, language, lengths=CLAUSE_CHARACTERS)

    def speak(self, clause: str, language: str, voice: str | None = None) -> Audio:
        """One clause; see `TextToSpeech.speak`. Refuses at once while the service is being left alone."""
        self.voice_of(language, voice)
        if (rest := self._cooldown.remaining()) > 0:
            raise EngineError(f"gTTS is not asked for another {rest:.0f} s because it refused or did not answer")
        samples = np.concatenate([_decoded(self._ask(body)) for body in _bodies(clause, language)])
        if not samples.any():
            raise EngineError(f"{self.name} answered with silence")
        self._cooldown.succeeded()
        gain = self._gains.setdefault(language, gain_for(samples, RATE))
        return finish(samples, RATE, gain=gain, clause=clause)

    def _ask(self, body: str) -> bytes:
        from gtts import gTTS

        try:
            with self._client.stream("POST", _PATH, content=body, headers=gTTS.GOOGLE_TTS_HEADERS) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise self._rest(f"answered {answer.status_code}", _asked_rest(answer.headers.get("Retry-After")))
                text = _limited(answer)
        except httpx.HTTPError as error:
            raise self._rest(f"could not be reached ({type(error).__name__}: {error})", None) from error
        found = _AUDIO.search(text)
        try:
            mp3 = base64.b64decode(found[1].replace("\\", ""), validate=True) if found else b""
        except binascii.Error:
            mp3 = b""
        if not mp3:
            raise self._rest("answered without audio", None)
        return mp3

    def _rest(self, what: str, asked: float | None) -> EngineError:
        seconds = self._cooldown.failed(asked)
        return EngineError(f"gTTS's server {what}; it is not asked for {seconds:.0f} s, other voices speak meanwhile")


def _bodies(text: str, language: str) -> list[str]:
    from gtts import gTTS

    try:
        bodies: list[str] = gTTS(text, lang=CODES[language], lang_check=False).get_bodies()
    except AssertionError as error:  # how it says that nothing is left to speak
        raise EngineError(f"gTTS found nothing to say in {len(text)} characters") from error
    return bodies


def _limited(answer: httpx.Response) -> str:
    content = bytearray()
    for piece in answer.iter_bytes():
        content += piece
        if len(content) > MAX_ANSWER_BYTES:
            raise httpx.DecodingError(f"more than {MAX_ANSWER_BYTES} bytes")
    return content.decode("utf-8", errors="replace")


def _asked_rest(header: str | None) -> float | None:
    """Seconds that a Retry-After header asks for, whether it counts them or names a time."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        return email.utils.parsedate_to_datetime(header).timestamp() - time.time()
    except ValueError:
        return None


def _decoded(mp3: bytes) -> Samples:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    pieces: list[Samples] = []
    try:
        with av.open(io.BytesIO(mp3), mode="r", format="mp3") as container:
            for frame in container.decode(audio=0):
                pieces += [_samples(resampled) for resampled in resampler.resample(frame)]
            pieces += [_samples(resampled) for resampled in resampler.resample(None)]
    except (av.FFmpegError, IndexError) as error:
        raise EngineError(f"gTTS's audio could not be decoded: {error}") from error
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def _samples(frame: av.AudioFrame) -> Samples:
    samples: Samples = frame.to_ndarray().reshape(-1).astype(np.float32) / np.float32(32768)
    return samples
