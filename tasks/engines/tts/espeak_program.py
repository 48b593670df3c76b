"""The espeak-ng program (GPL-3.0) as a separate process, never linked: text → speech or phonemes."""

from __future__ import annotations

import os
import shutil
import subprocess
from types import MappingProxyType
from typing import Final

from tasks.engines.base import EngineError
from tasks.languages import LANGUAGES

VOICES: Final = MappingProxyType(
    {code: known.engines.espeak for code, known in LANGUAGES.items() if known.engines.espeak}
)
"""Language → names of its espeak-ng voices, the default first."""

TIMEOUT: Final = 5
"""Seconds for one clause, which takes about 0.02 s."""


def available() -> bool:
    """Whether the program is installed (Debian package `espeak-ng`) or named in ESPEAK_NG."""
    return _program() is not None


def run(arguments: list[str], text: str, voice: str) -> bytes:
    """What espeak-ng writes for `text` in one of `VOICES`, with these extra arguments.

    Raises:
        EngineError: the program is missing, fails, or takes longer than `TIMEOUT`.
    """
    program = _program()
    if program is None:
        raise EngineError("espeak-ng is not installed: install the package espeak-ng or name the program in ESPEAK_NG")
    spoken = "".join(character if character.isprintable() else " " for character in text)
    command = [program, *arguments, "-v", voice, "--", spoken]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(f"espeak-ng could not run: {error}") from error
    if done.returncode:
        raise EngineError(f"espeak-ng failed: {done.stderr.decode(errors='replace').strip()[-200:]}")
    return done.stdout


def version() -> str:
    """What the program says it is: two versions may speak the same text differently.

    Raises:
        EngineError: the program is missing or fails.
    """
    try:
        done = subprocess.run(
            [_program() or "espeak-ng", "--version"], capture_output=True, timeout=TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(f"espeak-ng could not run: {error}") from error
    return done.stdout.decode(errors="replace").strip()


def _program() -> str | None:
    return os.environ.get("ESPEAK_NG") or shutil.which("espeak-ng")
