"""The list of bundled C and C++ that `make audit` begins with."""

from __future__ import annotations

import re

import pytest

from ops.bundled import listed


@pytest.mark.service
def test_every_part_says_its_version() -> None:
    assert {name: found for name, found in listed().items() if not re.search(r"\d+\.\d+", found)} == {}
