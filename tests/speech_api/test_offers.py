"""What API clients are told of what nobody here does: missing, or switched off by an administrator."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.speech_api.errors import ApiError
from app.speech_api.offers import Offers
from tasks.wire.messages import Heartbeat

NEEDS: dict[str, Callable[[Offers], None]] = {
    "translate:pt>en": lambda offers: offers.need_pair("pt", "en"),
    "stt:pt": lambda offers: offers.need_transcribed("pt"),
    "speak:pt": lambda offers: offers.need_spoken("pt"),
}


def offers(*, off: list[str], others: bool) -> Offers:
    """One worker, which serves English and a pair, or nothing at all."""
    able = ["en"] if others else []
    pairs = ["en>pt"] if others else []
    return Offers((Heartbeat(worker="w", at=0, queues=["batch"], stt=able, translate=pairs, speak=able, off=off),))


@pytest.mark.parametrize("service", NEEDS)
@pytest.mark.parametrize("others", [True, False])
def test_clients_are_not_told_to_install_what_was_switched_off(service: str, others: bool) -> None:
    with pytest.raises(ApiError, match="An administrator of this server has decided not to") as off:
        NEEDS[service](offers(off=[service], others=others))
    assert off.value.status_code == 400
    with pytest.raises(ApiError) as missing:
        NEEDS[service](offers(off=["speak:vi", "translate:vi>en", "stt:vi"], others=others))
    assert "administrator" not in str(missing.value)
