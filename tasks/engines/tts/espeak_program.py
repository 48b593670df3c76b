"""The espeak-ng program (GPL-3.0) as a separate process, never linked: text → speech or phonemes."""

from __future__ import annotations

import os
import re
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

_PUNCTUATION = re.compile("[,;:.!?…—\u2013]+(?=\\s|$)")
_OTHER_LANGUAGE = re.compile(r"\([a-z-]+\)")
"""Around a word that is taken for another language's: "(en)…(pt-br)"."""


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
    while "[[" in spoken:  # what stands in "[[…]]" it would take for phonemes
        spoken = spoken.replace("[[", "[")
    command = [program, *arguments, "-v", voice, "--", spoken]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(f"espeak-ng could not run: {error}") from error
    if done.returncode:
        raise EngineError(f"espeak-ng failed: {done.stderr.decode(errors='replace').strip()[-200:]}")
    return done.stdout


def phonemes(text: str, voice: str, *options: str) -> str:
    """`text` in the International Phonetic Alphabet, with its punctuation, which carries the prosody.

    Args:
        text: what is to be said.
        voice: as in `run`.
        options: how it is written, beyond `--ipa`.

    Raises:
        EngineError: see `run`.
    """
    output = run(["-q", "--ipa", *options], text, voice).decode()
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    marks = [mark[0] for mark in _PUNCTUATION.findall(text)]
    if len(marks) in (len(lines), len(lines) - 1):  # espeak-ng writes one line a clause, as a rule
        lines = [line + mark for line, mark in zip(lines, [*marks, ""], strict=False)]
    return _OTHER_LANGUAGE.sub("", " ".join(lines))


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
