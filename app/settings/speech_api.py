"""What one request, one key and this process may use at most."""

from __future__ import annotations

from dataclasses import dataclass, field

from tasks.wire.environment import number, whole


@dataclass(frozen=True)
class Limits:
    """Every limit of the speech APIs."""

    requests_a_minute: int = field(default_factory=whole("API_REQUESTS_A_MINUTE", 120, 0, 1_000_000))
    """API_REQUESTS_A_MINUTE: of one key."""
    at_once: int = field(default_factory=whole("API_AT_ONCE", 4, 0, 10_000))
    """API_AT_ONCE: requests of one key that are being worked on, streams included."""
    upload_mb: int = field(default_factory=whole("API_UPLOAD_MB", 100, 1, 10_000))
    """API_UPLOAD_MB: megabytes of one audio file."""
    upload_seconds: float = field(default_factory=number("API_UPLOAD_SECONDS", 900.0, 1, 86_400))
    """API_UPLOAD_SECONDS: within which one audio file has come."""
    audio_seconds: int = field(default_factory=whole("API_AUDIO_SECONDS", 7_200, 1, 604_800))
    """API_AUDIO_SECONDS: length of one audio file or stream."""
    text_chars: int = field(default_factory=whole("API_TEXT_CHARS", 20_000, 1, 10_000_000))
    """API_TEXT_CHARS: characters of one translation request."""
    speech_chars: int = field(default_factory=whole("API_SPEECH_CHARS", 4_096, 1, 1_000_000))
    """API_SPEECH_CHARS: characters of one synthesis request (OpenAI's own limit by default)."""
    answer_seconds: float = field(default_factory=number("API_ANSWER_SECONDS", 60.0, 0.1, 3_600))
    """API_ANSWER_SECONDS: how long one piece of a request waits for its answer."""
    listeners: int = field(default_factory=whole("API_LISTENERS", 8, 0, 1_000))
    """API_LISTENERS: processes that decode audio at once, each about 60 MB."""
    voices: int = field(default_factory=whole("API_VOICES", 20, 0, 100_000))
    """API_VOICES: cloned voices of one key."""
