"""The students' engine: from any thread, on any text, and what is no student."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from tasks import registry
from tasks.engines.base import EngineError
from tasks.engines.translation import bergamot as engine_module
from tasks.engines.translation.bergamot import Bergamot
from tasks.languages.pairs import ALWAYS
from tests.support.translators import bergamot

if TYPE_CHECKING:
    from fxtranslate import Translator


def test_threads_share_an_engine_that_only_one_may_use() -> None:
    texts = [f"The meeting is on the {day}th of May." for day in range(4, 20)]
    expected = [bergamot().translate(text, "en", "pt") for text in texts]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda text: bergamot().translate(text, "en", "pt"), texts)) == expected
    assert len(set(expected)) == len(texts)


HOSTILE = ["x" * 5000, "\0\a hello", "😀" * 300, "漢字 مرحبا שלום", "- - - " * 200, "¿?"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_it(text: str) -> None:
    assert bergamot().translate(text, "en", "pt")


def test_a_panic_of_the_library_is_an_error_like_others() -> None:
    bergamot()

    class Panic(BaseException):
        """As pyo3's: no Exception."""

    class Broken:
        def translate(self, _text: str) -> str:
            raise Panic("index out of bounds")

    def break_it() -> None:
        engine_module._students.of["en", "pt"] = cast("Translator", Broken())

    engine = Bergamot(registry.folder("bergamot-en-pt"), [("en", "pt")])
    engine._thread.submit(break_it).result()
    with pytest.raises(EngineError, match="broke down: index out of bounds"):
        engine.translate("Hello.", "en", "pt")


def test_what_is_no_student_is_refused(tmp_path: Path) -> None:
    bergamot()
    with pytest.raises(EngineError, match="holds no student that translates en>vi"):
        Bergamot(tmp_path, [("en", "vi")])
    for name in ("model.bin", "vocab.spm", "lex.bin"):
        (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(EngineError, match="holds no student"):
        Bergamot(tmp_path, [("en", "vi")])


def test_its_thread_ends_with_it(capfd: pytest.CaptureFixture[str]) -> None:
    bergamot()
    engine = Bergamot(registry.folder("bergamot-en-pt"), ALWAYS)
    (own,) = [thread for thread in threading.enumerate() if thread in engine._thread._threads]
    del engine
    gc.collect()
    own.join(5)
    assert not own.is_alive()
    assert "unsendable" not in capfd.readouterr().err
