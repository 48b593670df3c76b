"""The settings of the bridge, which on a server does not know the secrets of `web`."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.media.bridge.config import MediaConfig
from app.settings.installation import SignallingSettings


@dataclass(frozen=True)
class BridgeSettings(SignallingSettings):
    """Everything the bridge reads from the environment, once, at its start."""

    media: MediaConfig = field(default_factory=MediaConfig)
