"""The installation's secrets: made once, kept, readable by the owner only."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.auth import secrets_file
from app.media.bridge.settings import BridgeSettings
from app.settings.installation import InstallationSettings
from app.settings.web import WebSettings
from tasks.wire.environment import SettingError


def test_they_are_made_once_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secrets.env"
    first = secrets_file.load_or_create(path)
    assert sorted(first) == sorted(secrets_file.NAMES)
    assert min(map(len, first.values())) >= 32
    assert len(set(first.values())) == len(first)
    assert path.stat().st_mode & 0o777 == 0o600
    assert secrets_file.load_or_create(path) == first


def test_one_that_is_missing_is_added_and_a_persons_own_lines_stay(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("SESSION_SECRET=chosen-by-a-person-and-long-enough-for-us\nMINE=a=b\n")
    known = secrets_file.load_or_create(path)
    assert known["SESSION_SECRET"] == "chosen-by-a-person-and-long-enough-for-us"
    assert known["MINE"] == "a=b"
    assert secrets_file.read(path) == known
    assert path.stat().st_mode & 0o077 == 0


def test_who_signs_nothing_needs_no_secret_and_the_bridge_needs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*secrets_file.NAMES, "JBC_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TURN_URLS", "turn:turn.example.org:3478")
    monkeypatch.setenv("DATABASE_PASSWORD", "of-the-database")
    with pytest.raises(SettingError, match="SFU_TOKEN_SECRET"):
        BridgeSettings()
    with pytest.raises(SettingError, match="_SECRET"):
        WebSettings()
    monkeypatch.setenv("SFU_TOKEN_SECRET", "s" * 40)
    bridge, command = BridgeSettings(), InstallationSettings()
    assert bridge.sfu_token_keys.newest == "s" * 40
    assert not vars(command).keys() & {"session_secret", "sfu_token_secret", "turn_secret"}
    assert command.database_password == "of-the-database"
