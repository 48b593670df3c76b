"""Downloads from a hub: resumed after a cut, in this run or a later one, and never trusted."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.models import install as installing
from tasks.models.download import ATTEMPTS
from tasks.models.hub import ArgosSource
from tasks.models.lock import read
from tasks.models.sources import FolderSource
from tasks.models.spec import Model, ModelError, ModelFile
from tests.support.hub import Hub, hub
from tests.tasks.hub_model import BASE, QUICK, REVISION, WEIGHTS, content, install, model, serve_listed, unlisted


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with hub() as running:
        monkeypatch.setenv("MODEL_HUB", running.url)
        yield running


def test_a_file_comes_from_its_place_in_the_repository(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS)
    seen: list[tuple[str, int, int]] = []
    which = model()
    installing.install(which, tmp_path, which.sources, lambda _line: None, lambda *how: seen.append(how))
    assert content(tmp_path) == WEIGHTS
    assert seen[-1] == ("test-model: model.bin", len(WEIGHTS), len(WEIGHTS))
    assert [path.name for path in tmp_path.iterdir()] == ["test-model"], "no scratch is left"


def test_what_is_missing_is_noticed_before_the_weights_are_fetched(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS)
    which = model()
    which = replace(which, files=(*which.files, ModelFile("config.json", None, 100)))
    with pytest.raises(ModelError, match=r"config\.json: it answered 404"):
        install(which, tmp_path)
    assert [one.path for one in server.asked] == [f"{BASE}/config.json"]


def test_a_cut_is_mended_within_one_run(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS, cut_after=[1_000_000, 500_000])
    install(model(), tmp_path)
    assert content(tmp_path) == WEIGHTS
    assert server.ranges() == [None, "bytes=1000000-", "bytes=1500000-"]
    assert sum(one.sent for one in server.asked) == len(WEIGHTS), "nothing was sent twice"


def test_a_cut_is_mended_in_a_later_run(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS, cut_after=[100_000] * ATTEMPTS)
    with pytest.raises(ModelError, match=r"connection was cut.* is kept: try again later"):
        install(model(), tmp_path)
    assert not (tmp_path / "test-model").exists()
    install(model(), tmp_path)
    assert content(tmp_path) == WEIGHTS
    assert server.ranges()[-1] == f"bytes={100_000 * ATTEMPTS}-"


def test_a_server_that_ignores_range_is_taken_from_the_start(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS, cut_after=[1_000_000], ranges=False)
    install(model(), tmp_path)
    assert content(tmp_path) == WEIGHTS
    assert server.asked[1].sent == len(WEIGHTS)


def test_a_new_version_after_a_cut_is_taken_from_the_start(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", os.urandom(len(WEIGHTS)), cut_after=[500_000] * ATTEMPTS)
    with pytest.raises(ModelError):
        install(model(pinned=False), tmp_path)
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS)
    install(model(pinned=False), tmp_path)
    assert content(tmp_path) == WEIGHTS, "two versions are never joined"


def test_without_versions_a_digest_notices_what_was_joined(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", os.urandom(len(WEIGHTS)), cut_after=[500_000] * ATTEMPTS, etag=False)
    with pytest.raises(ModelError):
        install(model(), tmp_path)
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS, etag=False)
    install(model(), tmp_path)
    assert content(tmp_path) == WEIGHTS
    assert server.ranges()[-2:] == [f"bytes={500_000 * ATTEMPTS}-", None]


def test_without_version_and_digest_nothing_is_resumed(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS, cut_after=[500_000], etag=False)
    install(model(pinned=False), tmp_path)
    assert server.ranges() == [None, None]


def test_a_part_that_was_complete_is_not_fetched_again(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS, cut_after=[500_000] * ATTEMPTS)
    with pytest.raises(ModelError):
        install(model(), tmp_path)
    (tmp_path / ".partial" / "test-model" / "model.bin.part").write_bytes(WEIGHTS)
    install(model(), tmp_path)
    assert content(tmp_path) == WEIGHTS
    assert server.asked[-1].sent == 0


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (WEIGHTS[:-1], "refused, model.bin has 2999999 bytes instead of 3000000"),
        (WEIGHTS[:-1] + b"!", "refused, model.bin has sha256"),
        (WEIGHTS + b"!", "refused, it has 3000001 bytes where at most 3000000"),
        (b"", "refused, model.bin has 0 bytes"),
    ],
    ids=["truncated", "swapped", "too long", "empty"],
)
def test_what_is_not_the_model_is_refused(server: Hub, tmp_path: Path, sent: bytes, reason: str) -> None:
    server.put(f"{BASE}/deep/weights.bin", sent)
    with pytest.raises(ModelError, match=reason):
        install(model(), tmp_path)
    assert not (tmp_path / "test-model").exists()
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS)
    install(model(), tmp_path)
    assert content(tmp_path) == WEIGHTS, "nothing of the wrong one was kept"


def test_a_file_without_end_does_not_fill_the_disk(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS * 2, length=False)
    with pytest.raises(ModelError, match="more than 3000000 bytes"):
        install(model(), tmp_path)
    assert not list(tmp_path.rglob("*.part"))


def test_an_unpinned_file_of_unknown_length_is_refused(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS, length=False)
    with pytest.raises(ModelError, match="does not say how long the file is"):
        install(model(pinned=False), tmp_path)


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "no such file there"), (401, "not public"), (429, "come back later"), (418, "418")]
)
def test_a_refusal_of_the_server_is_told_at_once(server: Hub, tmp_path: Path, status: int, reason: str) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS, status=[status])
    with pytest.raises(ModelError, match=reason):
        install(model(), tmp_path)
    assert len(server.asked) == 1


def test_trouble_of_the_server_is_waited_out(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS, status=[502, 503])
    install(model(), tmp_path)
    assert content(tmp_path) == WEIGHTS


def test_a_server_that_stops_sending_is_left_after_a_while(server: Hub, tmp_path: Path) -> None:
    go_on = threading.Event()
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS, stall=go_on)
    with pytest.raises(ModelError, match="it stopped sending, 4 times"):
        install(model(), tmp_path)
    go_on.set()
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS)
    install(model(), tmp_path)
    assert content(tmp_path) == WEIGHTS


def test_the_first_digest_is_recorded_and_enforced(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS)
    lines = install(model(pinned=False, size=2_900_000), tmp_path)
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    assert f"pinned here from now on, sha256 {digest}" in lines[-1]
    assert read(tmp_path)["test-model"].files["model.bin"].sha256 == digest
    assert "already installed" in install(model(pinned=False), tmp_path)[0]

    (tmp_path / "test-model" / "model.bin").write_bytes(WEIGHTS[:-1] + b"!")
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS[:-1] + b"?")
    with pytest.raises(ModelError, match=r"instead of " + digest + r"[\s\S]*remove --forget test-model"):
        install(model(pinned=False), tmp_path)
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS)
    install(model(pinned=False), tmp_path)
    assert content(tmp_path) == WEIGHTS


def test_an_estimated_size_bounds_what_is_accepted(server: Hub, tmp_path: Path) -> None:
    server.put(f"{BASE}/deep/weights.bin", WEIGHTS)
    with pytest.raises(ModelError, match="refused, it has 3000000 bytes"):
        install(model(pinned=False, size=1_000_000), tmp_path)


def test_argos_packages_have_an_address_of_their_own(
    server: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARGOS_PACKAGES", f"{server.url}/v1/")
    server.put("/v1/a.bin", b"package")
    files = (ModelFile("a.bin", hashlib.sha256(b"package").hexdigest(), 7),)
    which = Model("p", "translate", "argos", ("en>vi",), "CC0-1.0", "nowhere", files, (ArgosSource(QUICK),))
    install(which, tmp_path)
    assert (tmp_path / "p" / "a.bin").read_bytes() == b"package"


LISTED = {"model_bin": WEIGHTS, "config_json": b"{}", "tokenizer_json": b"[]", "vocabulary_txt": b"a"}


def test_a_list_that_nobody_has_seen_is_learned_and_pinned(server: Hub, tmp_path: Path) -> None:
    serve_listed(server, **LISTED, README_md=b"words", evil_py=b"print()")
    lines = install(unlisted(), tmp_path)
    names = sorted(name.replace("_", ".") for name in LISTED)
    assert sorted(path.name for path in (tmp_path / "test-model").iterdir()) == names, (
        "and nothing that no engine reads"
    )
    assert any("lists model.bin, config.json" in line for line in lines)
    assert sorted(read(tmp_path)["test-model"].files) == names
    assert "already installed" in install(unlisted(), tmp_path)[0]

    (tmp_path / "test-model" / "config.json").write_bytes(b"[]")
    serve_listed(server, **LISTED | {"config_json": b'{"changed": 1}'})
    with pytest.raises(ModelError, match=r"config\.json[\s\S]*remove --forget test-model"):
        install(unlisted(), tmp_path)
    serve_listed(server, **LISTED)
    install(unlisted(), tmp_path)
    assert content(tmp_path) == WEIGHTS


def test_a_digest_that_the_hub_names_is_held_against_it(server: Hub, tmp_path: Path) -> None:
    serve_listed(server, **LISTED)
    server.put(f"{BASE}/deep/model.bin", WEIGHTS[:-1] + b"!")
    with pytest.raises(ModelError, match=r"refused, model\.bin has sha256"):
        install(unlisted(), tmp_path)


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        (b"[]", "it has nothing"),
        (b"<html>", "not understood"),
        (b'[{"type": "file", "path": "deep/model.bin", "size": 99999999}]', "refused, it lists more than"),
        (None, "404"),
    ],
)
def test_a_list_that_cannot_be_right_is_refused(server: Hub, tmp_path: Path, listed: bytes | None, reason: str) -> None:
    if listed is not None:
        server.put(f"/api/models/somebody/some-model/tree/{REVISION}/deep", listed)
    with pytest.raises(ModelError, match=reason):
        install(unlisted(), tmp_path)
    assert len(server.asked) == 1, "nothing else was asked for"


def test_a_folder_filled_by_hand_lists_itself(tmp_path: Path) -> None:
    folder = tmp_path / "brought" / "test-model"
    folder.mkdir(parents=True)
    for name, data in LISTED.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    install(unlisted(FolderSource(tmp_path / "brought")), tmp_path / "models")
    assert content(tmp_path / "models") == WEIGHTS
