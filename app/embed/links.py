"""What a read-only link is pasted as: an address, a frame, a feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import Final
from urllib.parse import urlencode

LIFETIMES: Final[dict[str, timedelta]] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
}
"""What a person can choose."""
DEFAULT_LIFETIME: Final = "day"
OBS_STYLE: Final = {
    "background": "transparent",
    "color": "ffffff",
    "shadow": "on",
    "lines": "2",
    "size": "40",
    "state": "never",
}


@dataclass(frozen=True)
class Links:
    """Addresses of one token."""

    page: str
    """Captions alone: to read along, or for a frame."""
    frame: str
    """HTML of a frame."""
    obs: str
    """The page as a browser source over a picture."""
    projector: str
    feed: str


def links(origin: str, code: str, token: str, title: str) -> Links:
    """The addresses under `origin` of a room's captions; `title` names the frame for screen readers."""
    query = urlencode({"token": token})
    page = f"{origin}/embed/{code}?{query}"
    frame = f'<iframe src="{escape(page)}" title="{escape(title)}" width="100%" height="240"></iframe>'
    return Links(
        page=page,
        frame=frame,
        obs=f"{page}&{urlencode(OBS_STYLE)}",
        projector=f"{origin}/rooms/{code}/projector?{query}",
        feed=f"{origin}/rooms/{code}/captions?{query}",
    )
