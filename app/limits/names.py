"""Who is counted, in words that say nothing of them to whoever reads Redis."""

from __future__ import annotations

import hashlib

from app.auth.derived import derived


class Names:
    """Names made with the installation's secret: every `web` makes the same."""

    def __init__(self, secret: str) -> None:
        self._key = derived(secret, "jbc-limits")

    def of(self, what: str, who: object) -> str:
        """The name of an address, a link or a key, as far as `what` is concerned."""
        return f"{what}:{hashlib.blake2b(f'{who}'.encode(), key=self._key, digest_size=12).hexdigest()}"
