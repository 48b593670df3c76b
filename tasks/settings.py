"""The settings of workers and of the installer."""

from __future__ import annotations

from dataclasses import dataclass, field

from tasks.wire.environment import OF_WORKERS, TaskConfig, flag, host, number, port

GTTS_ENABLED = flag("GTTS_ENABLED")
"""GTTS_ENABLED: 1: Google's voices may be used, and what is said is sent to Google."""

MODELS_AUTO = flag("MODELS_AUTO", default=True)
"""MODELS_AUTO: 0: nothing is installed unless somebody asks for it."""


@dataclass(frozen=True)
class WorkerSettings(TaskConfig):
    """Everything a worker reads from the environment at its start, but for which engines and models it is to use.

    What is wrong with those is found out when they are loaded, and ends the start in the same way.
    """

    redis_url: str = field(default_factory=OF_WORKERS)
    metrics_host: str = field(default_factory=host("WORKER_METRICS_HOST", "127.0.0.1"))
    metrics_port: int = field(default_factory=port("WORKER_METRICS_PORT", 8040, least=0))
    """WORKER_METRICS_PORT: 0: no metrics."""
    stop_seconds: float = field(default_factory=number("WORKER_STOP_SECONDS", 50.0, 0.0, 600.0))
    """WORKER_STOP_SECONDS: what is under way gets so long to be finished; what is not is left to other workers."""
    gtts_enabled: bool = field(default_factory=GTTS_ENABLED)


@dataclass(frozen=True)
class InstallerSettings(TaskConfig):
    """Everything that the installer reads from the environment, but for what the registry of models reads itself."""

    redis_url: str = field(default_factory=OF_WORKERS)
    auto: bool = field(default_factory=MODELS_AUTO)

    def __post_init__(self) -> None:
        """Wherever the queues are: the installer uses none."""
