"""The real llama.cpp with a model of a few kilobytes that knows one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tasks.engines.base import EngineError
from tasks.engines.translation.llm.kept_prompts import KeptPrompts
from tasks.engines.translation.llm.local import SPIN, SPIN_COUNT, LocalChat, available
from tasks.engines.translation.llm.prompt import Message, prompt
from tasks.engines.translation.llm.translator import LlmTranslator
from tests.support.tiny_gguf import write_parrot

EN_VI = frozenset({("en", "vi"), ("vi", "en")})
SENTENCE = "Chào buổi sáng mọi người."


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> LocalChat:
    path = tmp_path_factory.mktemp("gguf") / "parrot.gguf"
    write_parrot(path, SENTENCE)
    return LocalChat(path, slots=2, threads=1)


@pytest.fixture
def llm(chat: LocalChat) -> LlmTranslator:
    return LlmTranslator(chat, name="draft-en-vi", pairs=EN_VI)


def test_a_model_file_translates(llm: LlmTranslator) -> None:
    assert available()
    llm.warm_up()
    assert llm.translate("Good morning, everybody.", "en", "vi") == SENTENCE
    assert llm.label == "draft by parrot (this machine)"


def test_the_guards_stand_behind_a_model_file(llm: LlmTranslator) -> None:
    with pytest.raises(EngineError, match="Vietnamese words"):
        llm.translate("Hẹn gặp lại vào ngày mai nhé.", "vi", "en")


def test_threads_do_not_spin_for_long_where_others_need_the_processor() -> None:
    code = (
        "import os; from tasks.engines.translation.llm import local; local._library(); print(local.SPIN in os.environ)"
    )
    environment = {name: value for name, value in os.environ.items() if name != SPIN} | {"OMP_DISPLAY_ENV": "verbose"}
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert f"{SPIN} = '{SPIN_COUNT}'" in found.stderr
    assert found.stdout.strip() == "False", "other libraries keep their own way"


def test_every_direction_keeps_its_prompt(chat: LocalChat, llm: LlmTranslator) -> None:
    llm.warm_up()
    told = [prompt(*pair) for pair in sorted(EN_VI)]
    for slot in (0, 1, 0, 1):
        cached = chat.complete(told[slot].messages("Yes."), max_tokens=20, slot=slot).cached
        assert cached > 900, "bytes, which are tokens here, of instructions and examples"


def test_what_was_read_of_the_prompts_is_kept_for_the_next_worker(tmp_path: Path) -> None:
    model = tmp_path / "draft" / "model.gguf"
    model.parent.mkdir()
    write_parrot(model, SENTENCE)
    conversations = [prompt(*pair).messages("") for pair in sorted(EN_VI)]
    kept = tmp_path / "prompts"
    LocalChat(model, slots=2, threads=1, kept=kept).warm_up(conversations)
    names = sorted(path.name for path in kept.iterdir())
    assert len(names) == 2
    (kept / names[0]).write_bytes(b"cut off")
    for cached in (False, True):
        again = LocalChat(model, slots=2, threads=1, kept=kept)
        loaded = again._kept
        assert loaded is not None
        assert loaded.load(again._server.listening_address, again._key, 0) == cached
        again.warm_up(conversations)
        assert again.complete(conversations[1], max_tokens=1, slot=1).cached > 900
    os.utime(model, (1, 1))
    LocalChat(model, slots=2, threads=1, kept=kept).warm_up(conversations)
    others = sorted(path.name for path in kept.iterdir())
    assert len(others) == 2
    assert not {*others} & {*names}, "another file of weights has prompts of its own"


def test_prompts_that_cannot_be_kept_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    model = tmp_path / "draft" / "model.gguf"
    model.parent.mkdir()
    model.touch()
    prompts = KeptPrompts.within(tmp_path / "prompts", model)
    assert prompts is not None
    monkeypatch.setattr("tasks.engines.translation.llm.kept_prompts._act", lambda *_: True)  # and has written nothing
    prompts.keep("http://127.0.0.1:1", "key", 0)
    assert "could not be kept" in caplog.text
    assert not prompts.load("http://127.0.0.1:1", "key", 0)
    monkeypatch.setattr("os.access", lambda *_: False)
    assert KeptPrompts.within(tmp_path / "prompts", model) is None, "somebody else's"


def test_a_reply_that_reaches_the_limit_is_not_finished(chat: LocalChat) -> None:
    said = [Message("user", "Hello.")]
    assert not chat.complete(said, max_tokens=2, slot=0).finished
    assert chat.complete(said, max_tokens=20, slot=0).finished


def test_an_endless_reply_is_no_draft(tmp_path: Path) -> None:
    write_parrot(tmp_path / "endless.gguf", SENTENCE, endless=True)
    llm = LlmTranslator(LocalChat(tmp_path / "endless.gguf", slots=2, threads=1), name="draft-en-vi", pairs=EN_VI)
    with pytest.raises(EngineError, match="ran past 36 tokens"):
        llm.translate("Good morning", "en", "vi")


def test_threads_may_translate_at_once(llm: LlmTranslator) -> None:
    drafts: list[str] = []
    threads = [
        threading.Thread(target=lambda: drafts.append(llm.translate("Good morning, everybody.", "en", "vi")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drafts == [SENTENCE] * 4


def test_the_port_that_the_library_opens_serves_nobody(chat: LocalChat) -> None:
    address = chat._server.listening_address
    assert address.startswith("http://127.0.0.1:")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{address}/v1/models")


def test_what_does_not_fit_is_refused_with_the_reason(chat: LocalChat) -> None:
    with pytest.raises(EngineError, match="exceeds the available context size"):
        chat.complete([Message("user", "word " * 2000)], max_tokens=5, slot=0)
    with pytest.raises(EngineError, match="there is no slot 2"):
        chat.complete([Message("user", "Hello.")], max_tokens=5, slot=2)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="there is no model file"):
        LocalChat(tmp_path / "missing.gguf", slots=1, threads=1)
    (tmp_path / "broken.gguf").write_bytes(b"GGUF and nothing more")
    with pytest.raises(EngineError, match=r"broken\.gguf cannot be loaded"):
        LocalChat(tmp_path / "broken.gguf", slots=1, threads=1)
