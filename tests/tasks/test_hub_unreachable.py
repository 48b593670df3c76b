"""A hub that cannot be reached is left quickly, with the reason."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from ops.harness.ports import free_port
from tasks.models.spec import ModelError
from tests.tasks.hub_model import install, model


def test_a_hub_that_is_not_there_is_left_quickly_for_the_next_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_HUB", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ModelError, match=r"cannot be reached: .*refused"):
        install(model(), tmp_path)


def test_a_hub_behind_a_wall_is_left_after_the_connect_timeout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        waiting = [socket.socket() for _ in range(4)]  # they fill its queue: the kernel drops further calls
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(deaf.getsockname())
        monkeypatch.setenv("MODEL_HUB", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        with pytest.raises(ModelError, match="cannot be reached: it does not answer"):
            install(model(), tmp_path)
        for one in waiting:
            one.close()


@pytest.mark.parametrize("address", ["ftp://hub", "hub", "http://", "http://hub:none"])
def test_an_address_that_is_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("MODEL_HUB", address)
    with pytest.raises(ModelError, match=rf"'{address.rstrip('/')}\S*' is not a web address"):
        install(model(), tmp_path)


def test_neither_an_unknown_name_nor_a_silent_name_server_holds_it_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_HUB", "http://hub.invalid")
    over = threading.Event()

    def silent(*_args: object, **_more: object) -> None:
        over.wait(30)

    def unknown(*_args: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ModelError, match=r"Name or service not known \(hub.invalid\)"):
        install(model(), tmp_path)
    monkeypatch.setattr(socket, "getaddrinfo", silent)
    with pytest.raises(ModelError, match=r"no name server answers for hub\.invalid"):
        install(model(), tmp_path)
    over.set()
