"""Real translators for tests, loaded once."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from tasks import installation, registry
from tasks.engines.translation.argos import Argos
from tasks.engines.translation.bergamot import Bergamot
from tasks.engines.translation.ct2 import Decoding
from tasks.languages.pairs import ALWAYS
from tests.support.argos_package import build

DECODING = Decoding(threads=2)


@cache
def bergamot() -> Bergamot:
    """English and Portuguese."""
    installation.install("bergamot-en-pt")
    return Bergamot(registry.folder("bergamot-en-pt"), ALWAYS)


@cache
def argos(source: str, target: str) -> Argos:
    """English and Vietnamese, either way, word by word (`argos_package`)."""
    with tempfile.TemporaryDirectory() as folder:
        return Argos(build(Path(folder), source, target), DECODING)
