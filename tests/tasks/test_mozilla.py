"""Students from a mirror in Mozilla's format: found in its records, verified, unpacked, and translating."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zstandard

from tasks import installation, loading, registry
from tasks.engines.base import Translator
from tasks.engines.description import Offer
from tasks.engines.translation.bergamot import DESCRIPTION
from tasks.models import mozilla
from tasks.models.spec import ModelError, SourceError
from tasks.models.translators import mozilla_named
from tasks.wire.environment import TaskConfig
from tests.support.hub import Hub, hub
from tests.support.mozilla import listed, packed_path, put, record, serve, unpacked


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A mirror with the student en-pt, named by the operator; models go into a folder of their own."""
    with hub() as running:
        serve(running)
        monkeypatch.setenv("MOZILLA_MODELS", running.url + "/")
        monkeypatch.setenv("MODELS_DIR", str(tmp_path))
        yield running


@pytest.mark.usefixtures("mirror")
def test_a_student_is_installed_from_a_mirror_and_translates(tmp_path: Path) -> None:
    lines: list[str] = []
    installation.install("mozilla-en-pt", lines.append)
    assert sorted(unpacked(tmp_path / "mozilla-en-pt")) == ["lex.bin", "model.bin", "vocab.spm"]
    assert any("model.bin, 17.1 MB, sha256 verified" in line for line in lines)
    offer = Offer("mozilla-en-pt", DESCRIPTION, frozenset({"en>pt"}))
    engine = loading.load(offer, TaskConfig(), Translator, {})
    assert engine.translate("Good morning. Where is the hospital?", "en", "pt") == "Bom dia. Onde está o hospital?"
    installation.install("mozilla-en-pt", lines.append)
    assert lines[-1] == "mozilla-en-pt: already installed, digests verified"
    assert registry.info("mozilla-en-pt").pinned == "here"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_nobody_is_asked_whom_the_operator_has_not_named(mirror: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_base: str, _seconds: float) -> None:
        pytest.fail("an address was looked up")

    monkeypatch.setattr(mozilla, "resolve", never)
    monkeypatch.delenv("MOZILLA_MODELS")
    with pytest.raises(ModelError, match=r"MOZILLA_MODELS names no mirror\. Mozilla asks services to re-host"):
        installation.install("mozilla-en-pt")
    assert not mirror.asked


def test_mozilla_itself_is_asked_where_the_operator_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    def watched(base: str, _seconds: float) -> None:
        looked_up.append(base)
        raise SourceError("not from a test")

    monkeypatch.setattr(mozilla, "resolve", watched)
    monkeypatch.setenv("MOZILLA_MODELS", "mozilla")
    with pytest.raises(ModelError, match="Firefox Translations from Mozilla: not from a test"):
        installation.install("mozilla-en-vi")
    assert looked_up == [mozilla.RECORDS]


def test_a_file_that_is_not_what_the_records_say_is_refused(mirror: Hub, tmp_path: Path) -> None:
    records = serve(mirror, decompressedHash="0" * 64)
    with pytest.raises(ModelError, match=r"refused, it is not what its record says"):
        installation.install("mozilla-en-pt")
    serve(mirror, decompressedSize=1000)
    with pytest.raises(ModelError, match=r"refused, .* more than 1000 bytes when it is unpacked"):
        installation.install("mozilla-en-pt")
    serve(mirror)
    mirror.put(packed_path(records, "vocab"), b"another file")
    with pytest.raises(ModelError, match=r"vocab\.spm"):
        installation.install("mozilla-en-pt")
    assert not (tmp_path / "mozilla-en-pt").exists()


def test_a_file_that_grows_without_end_is_given_up_before_it_fills_the_disk(mirror: Hub, tmp_path: Path) -> None:
    endless = zstandard.compress(bytes(3 * mozilla.MAX_FILE_BYTES))
    location = "bomb/vocab.spm.zst"
    mirror.put(f"/{location}", endless)
    served = {"hash": hashlib.sha256(endless).hexdigest(), "size": len(endless), "location": location}
    given = record(location, b"", "vocab", attachment=served, decompressedHash=None, decompressedSize=None)
    others = [put(mirror, bytes(1000), kind, ("en", "pt")) for kind in ("model", "lex")]
    listed(mirror, [*others, given])
    with pytest.raises(ModelError, match=f"more than {mozilla.MAX_FILE_BYTES} bytes"):
        installation.install("mozilla-en-pt")
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < mozilla.MAX_FILE_BYTES


def test_a_direction_that_the_records_do_not_have_is_named(mirror: Hub) -> None:
    with pytest.raises(ModelError, match="it has no student that translates sw into en"):
        installation.install("mozilla-sw-en")
    mirror.put("/records.json", b"<html>")
    with pytest.raises(ModelError, match="its records are not understood"):
        installation.install("mozilla-en-pt")


def test_every_language_of_the_records_can_be_had_by_name(mirror: Hub, tmp_path: Path) -> None:
    listed(mirror, [put(mirror, bytes(2000), kind, ("en", "sw")) for kind in ("model", "lex", "srcvocab", "trgvocab")])
    installation.install("mozilla-en-sw")
    assert "vocab.spm" not in unpacked(tmp_path / "mozilla-en-sw")
    info = registry.info("mozilla-en-sw")
    assert (info.languages, info.installed, info.format) == (("en>sw",), True, "bergamot")
    assert "mozilla-en-sw" in {model.name for model in registry.list_models()}
    for wrong in ("mozilla-en-en", "mozilla-pt-vi", "mozilla-en-", "mozilla-en-pt-x"):
        assert mozilla_named(wrong) is None


def test_records_that_lead_elsewhere_count_as_none(mirror: Hub) -> None:
    listed(mirror, [record("../../etc/passwd", b"x", "model"), record("a//b", b"x", "vocab"), {"fileType": "model"}])
    with pytest.raises(ModelError, match="no student"):
        installation.install("mozilla-en-pt")


def chosen(*offered: tuple[str, str, str]) -> set[tuple[str, str]]:
    """Version and filter of the student that is chosen of these: version, filter, and its kinds of files."""
    records = [
        msgspec.convert(
            record("a/b", b"x", kind, version=version, filter_expression=given, architecture=None), mozilla.Record
        )
        for version, given, kinds in offered
        for kind in kinds.split()
    ]
    return {(one.version, one.filter_expression) for one in mozilla.newest(records, "en", "pt")}


WHOLE = "model vocab lex"


def test_the_newest_whole_student_for_everybody_is_chosen() -> None:
    assert chosen(("3.0", "", WHOLE), ("3.10", "", WHOLE), ("3.9", "", WHOLE)) == {("3.10", "")}
    assert chosen(("3.0", "", WHOLE), ("3.1", "", "model lex")) == {("3.0", "")}
    assert chosen(("3.0", "", WHOLE), ("3.1", "env.channel == 'nightly'", WHOLE)) == {("3.0", "")}
    assert chosen(("3.1", "env.channel == 'nightly'", WHOLE)) == {("3.1", "env.channel == 'nightly'")}
    assert chosen(("3.1a1", "", WHOLE), ("2.0", "", WHOLE), ("4.0", "", WHOLE)) == set()
    assert chosen(("3.0", "", "model srcvocab trgvocab")) == {("3.0", "")}
