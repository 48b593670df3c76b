"""Who may import whom. Read from the source, so that an import inside a function counts as one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

WIRE = ("tasks.wire", "tasks.languages")
"""What the edge may import of the workers' code."""
MAY_USE_THE_REGISTRY = ("app/commands/", "app/running/")
"""The command line and what it carries out (backup, deploy, doctor): neither `web` nor `bridge` loads them."""
MAY_USE_MEASUREMENTS = ("tests/measure/", "tests/e2e/test_measurements.py")
"""The tests of the measurements; what other tests share with these is in `ops.harness`."""


def imports(path: Path) -> set[str]:
    """Every module that a file imports, and every name that it imports from one, which may be a module too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts)


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def breaches(folder: str, forbidden: tuple[str, ...], allowed: tuple[str, ...] = ()) -> list[str]:
    """A line of file and import for everything below `folder` that imports what it must not."""
    return [
        f"{path.relative_to(ROOT)}: {name}"
        for path in files(folder)
        for name in sorted(imports(path))
        if within(name, forbidden) and not within(name, allowed)
    ]


@pytest.mark.parametrize(
    ("folder", "forbidden", "allowed"),
    [
        ("tasks", ("app", "ops", "tests"), ()),
        ("tasks/wire", ("tasks",), WIRE),
        ("tasks/languages", ("tasks",), ("tasks.languages",)),
        ("app", ("ops", "tests"), ()),
        ("ops", ("tests",), ()),
        ("ops/harness", ("ops.measure",), ()),
    ],
)
def test_imports_go_one_way(folder: str, forbidden: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    assert breaches(folder, forbidden, allowed) == []


def test_only_their_own_tests_import_the_measurements() -> None:
    found = breaches("tests", ("ops.measure",))
    assert [breach for breach in found if not breach.startswith(MAY_USE_MEASUREMENTS)] == []


def test_the_edge_imports_the_wire_and_the_languages_alone() -> None:
    found = breaches("app", ("tasks",), WIRE)
    assert [breach for breach in found if not breach.startswith(MAY_USE_THE_REGISTRY)] == []


def test_nothing_but_the_command_line_imports_commands() -> None:
    found = breaches("app", ("app.commands",))
    assert [breach for breach in found if not breach.startswith("app/commands/")] == []


def test_the_packages_of_app_have_no_circle() -> None:
    below: dict[str, set[str]] = {}
    for path in files("app"):
        package = package_of(
            path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        )
        named = {package_of(name) for name in imports(path) if name.startswith("app.")}
        below.setdefault(package, set()).update(named - {package})
    while free := {package for package, named in below.items() if not named}:
        below = {package: named - free for package, named in below.items() if package not in free}
    assert below == {}


def package_of(module: str) -> str:
    """app.rooms of app.rooms.routes.front_page; of app.media each room; app.main of itself; app of its own names."""
    parts = module.split(".")
    depth = 3 if parts[:2] == ["app", "media"] else 2
    path = ROOT.joinpath(*parts[:depth])
    return (
        ".".join(parts[:depth]) if path.is_dir() or path.with_suffix(".py").is_file() else ".".join(parts[: depth - 1])
    )
