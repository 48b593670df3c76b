"""Who may import whom in `app.media`: audio ← policy ← bridge, and what `web` loads of them."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from ops.harness.web_server import ROOT, SECRETS

ALLOWED: Final = {
    "app/media/audio": {"app.media.audio"},
    "app/media/policy": {"app.media.policy", "app.auth.tokens"},
    "app/media/bridge": {
        "app.media.audio",
        "app.media.policy",
        "app.media.bridge",
        "app.auth.tokens",
        "app.cancellation",
        "app.settings",
        "app.visible",
    },
}
"""Room → what it may import of `app`, with all that is below."""

IN_AND_OUT: Final = {"asyncio", "httpx", "redis", "socket", "threading", "time", "websockets"}
"""What sends, waits or looks at the clock: the bridge's alone."""

MEDIA_PROCESSES: Final = {
    "app/speech_api/encode.py",
    "app/speech_api/decoding.py",
    "app/speech_api/find_speech.py",
    "app/speech_api/sniffing.py",
    "app/speech_api/speech_finder.py",
}
"""Outside `app.media`, what handles sound: each is loaded in a process of its own, never by `web`."""


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, also within functions and for types only; `a.b` of `from a import b` too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: say it in full"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_of(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def files(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, f"{folder} is empty"
    return found


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_is_below_it(room: str) -> None:
    wrong = [
        (path.name, module)
        for path in files(room)
        for module in imports(path)
        if is_of(module, "app") and not any(is_of(module, allowed) for allowed in ALLOWED[room])
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ["app/media/audio", "app/media/policy"])
def test_audio_and_policy_are_pure(room: str) -> None:
    wrong = [
        (path.name, module) for path in files(room) for module in imports(path) if module.split(".")[0] in IN_AND_OUT
    ]
    assert wrong == []


def test_the_rest_of_the_product_imports_policy_alone() -> None:
    wrong = []
    for path in [*files("app"), *files("tasks")]:
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("app/media/"):
            continue
        allowed = {"app.media.policy"} | ({"app.media.audio"} if name in MEDIA_PROCESSES else set())
        media = [module for module in imports(path) if is_of(module, "app.media")]
        wrong += [(name, module) for module in media if not any(is_of(module, each) for each in allowed)]
    assert wrong == []


def test_web_loads_policy_and_neither_audio_nor_bridge(tmp_path: Path) -> None:
    code = (
        "import sys; from app.main import create_app; create_app(); "
        "print(*sorted(name for name in sys.modules if name.startswith('app.media.') or name == 'websockets'))"
    )
    env = os.environ | SECRETS | {"JBC_VAR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "app.media.policy.ladder" in loaded
    assert [name for name in loaded if not is_of(name, "app.media.policy")] == []
