"""Who may make rooms, and how many."""

from __future__ import annotations

import math
from typing import Any, Final

from litestar import Request
from litestar.exceptions import TooManyRequestsException

from app.recent import Recent
from app.web.budget import household

AN_HOUR: Final = 3_600.0


class Makers:
    """Admits who makes a room, in this process's memory."""

    def __init__(self, per_address: int) -> None:
        """`per_address`: rooms of one address in an hour; 0: as many as it likes."""
        self._made = Recent(per_address or math.inf, AN_HOUR)

    def admit(self, request: Request[Any, Any, Any]) -> None:
        """Count a room that is about to be made; of this machine they are not counted.

        Raises:
            TooManyRequestsException: this address has made as many as it may.
        """
        visitor = household(request)
        if visitor and (wait := self._made.wait(visitor)):
            raise TooManyRequestsException(headers={"Retry-After": str(math.ceil(wait))})
