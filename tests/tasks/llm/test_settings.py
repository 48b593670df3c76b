from __future__ import annotations

import pytest

from tasks.engines.base import EngineError
from tasks.engines.translation.llm.endpoint import EndpointChat
from tasks.engines.translation.llm.settings import EndpointSettings, endpoint_settings


def test_no_url_means_no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLM_URL", raising=False)
    assert endpoint_settings() is None


def test_the_environment_names_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_URL", "https://llm.example/v1/")
    monkeypatch.setenv("LLM_MODEL", "some-model")
    monkeypatch.setenv("LLM_API_KEY", "hidden")
    monkeypatch.setenv("LLM_TIMEOUT", "8.5")
    settings = endpoint_settings()
    assert settings == EndpointSettings("https://llm.example/v1/", "some-model", "hidden", 8.5)
    assert settings.completions == "https://llm.example/v1/chat/completions"
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "leaves"),
    [
        ("http://127.0.0.1:8080/v1", False),
        ("http://[::1]:8080/v1/chat/completions", False),
        ("http://localhost/v1", False),
        ("http://192.168.1.7/v1", True),
        ("https://localhost.example/v1", True),
    ],
)
def test_the_label_says_when_text_leaves_the_machine(url: str, leaves: bool) -> None:
    settings = EndpointSettings(url, "some-model")
    assert settings.leaves_machine is leaves
    assert ("text leaves this machine" in EndpointChat(settings).label) is leaves
    assert settings.completions.count("/chat/completions") == 1


@pytest.mark.parametrize(
    ("variables", "advice"),
    [
        ({"LLM_URL": "127.0.0.1:8080"}, "LLM_URL must be an address"),
        ({"LLM_URL": "file:///etc/passwd"}, "LLM_URL must be an address"),
        ({"LLM_URL": "http://127.0.0.1:port/v1"}, "LLM_URL is not an address"),
        ({"LLM_API_KEY": "two\nlines"}, "LLM_API_KEY must be one line"),
        ({"LLM_URL": "http://me:secret@host/v1"}, "put the key into LLM_API_KEY"),
        ({"LLM_MODEL": ""}, "LLM_URL is set without LLM_MODEL"),
        ({"LLM_TIMEOUT": "soon"}, "LLM_TIMEOUT must be a number"),
        ({"LLM_TIMEOUT": "nan"}, "LLM_TIMEOUT must be a number"),
        ({"LLM_TIMEOUT": "600"}, "up to 120"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], advice: str
) -> None:
    for name, value in ({"LLM_URL": "http://127.0.0.1/v1", "LLM_MODEL": "m", "LLM_TIMEOUT": ""} | variables).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(EngineError, match=advice):
        endpoint_settings()
