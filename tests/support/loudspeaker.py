"""What comes out of a call page's loudspeaker, measured through `page_hooks.js`."""

from __future__ import annotations

import base64
import io
from typing import Final

import numpy as np
import soundfile
from playwright.async_api import Page

VOICE: Final = 440.0
"""Hertz of the tone that people hold instead of speaking."""
DUB: Final = 1000.0
"""Hertz of the tone that they are dubbed with."""
FRAME: Final = 0.04
"""Seconds of one measurement; long enough to tell the two tones apart."""


def tone(hertz: float, seconds: float) -> str:
    """A WAV file with a steady tone, base64."""
    rate = 48_000
    samples = 0.3 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV")
    return base64.b64encode(file.getvalue()).decode()


async def speak(page: Page, seconds: float = 60.0) -> None:
    """Let somebody hold a tone; returns at once."""
    await page.evaluate("data => void window.__say(data)", tone(VOICE, seconds))


async def levels(page: Page, seconds: float = 0.6) -> tuple[float, float]:
    """How loud voice and dub come out of a page's loudspeaker, as amplitudes, over so many seconds from now.

    The median of short frames: a receiver that stretches time to fit its buffer turns the phase of a tone, and over a
    long window the two halves can cancel.
    """
    await page.evaluate("window.__record(true)")
    await page.wait_for_timeout(seconds * 1000)
    recorded = await page.evaluate("(window.__record(false), window.__recorded())")
    samples = np.frombuffer(base64.b64decode(recorded["samples"]), np.float32)
    assert len(samples) > seconds * recorded["rate"] / 2
    length = int(FRAME * recorded["rate"])
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    window = np.hanning(length)
    moments = np.arange(length) / recorded["rate"]
    voice, dub = (
        np.median(2 * np.abs(frames @ (window * np.exp(-2j * np.pi * hertz * moments))) / window.sum())
        for hertz in (VOICE, DUB)
    )
    return float(voice), float(dub)


async def gain_times(page: Page, since: float) -> list[tuple[float, float]]:
    """Each change of an original's gain after an epoch time: seconds after it, and the gain."""
    changes = await page.evaluate("window.__gains.filter(change => change.track === 'original')")
    return [(change["at"] / 1000 - since, change["gain"]) for change in changes if change["at"] / 1000 >= since]
