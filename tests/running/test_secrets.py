"""The installation's secrets: made once, kept, readable by the owner only."""

from __future__ import annotations

from pathlib import Path

from app.running import secrets


def test_they_are_made_once_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secrets.env"
    first = secrets.load_or_create(path)
    assert sorted(first) == sorted(secrets.NAMES)
    assert min(map(len, first.values())) >= 32
    assert len(set(first.values())) == len(first)
    assert path.stat().st_mode & 0o777 == 0o600
    assert secrets.load_or_create(path) == first


def test_one_that_is_missing_is_added_and_a_persons_own_lines_stay(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("SESSION_SECRET=chosen-by-a-person-and-long-enough-for-us\nMINE=a=b\n")
    known = secrets.load_or_create(path)
    assert known["SESSION_SECRET"] == "chosen-by-a-person-and-long-enough-for-us"
    assert known["MINE"] == "a=b"
    assert secrets.read(path) == known
    assert path.stat().st_mode & 0o077 == 0
