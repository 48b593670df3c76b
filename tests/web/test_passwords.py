"""What is kept of the passwords of administrators, with the hasher itself: other tests have a quicker one."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.auth import passwords
from tests.support.administrator import PASSWORD


async def test_a_password_costs_whoever_guesses_what_rfc_9106_recommends() -> None:
    kept = await passwords.digest(PASSWORD)
    assert extract_parameters(kept) == RFC_9106_LOW_MEMORY
    assert await passwords.matches(PASSWORD, kept)
    assert not await passwords.matches(f"{PASSWORD}.", kept)
    assert await passwords.digest(PASSWORD) != kept, "salted"


async def test_an_unknown_name_takes_as_long_as_a_known_one() -> None:
    assert extract_parameters(passwords._NOBODY) == RFC_9106_LOW_MEMORY
    with pytest.raises(VerifyMismatchError):  # it is digested to the end, and not refused for its form
        passwords._hasher.verify(passwords._NOBODY, PASSWORD)
    assert not await passwords.matches(PASSWORD, None)
