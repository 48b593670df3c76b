"""The sentences that are drafted, and the installed model that drafts them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from tasks import loading, offers
from tasks.engines.base import Translator
from tasks.engines.kinds import Kind
from tasks.wire.environment import TaskConfig

MODEL: Final = "draft-en-vi"
SENTENCES: Final = Path(__file__).with_name("sentences.tsv")
PRACTICE: Final = Path(__file__).with_name("practice.tsv")


def rows(file: Path) -> list[dict[str, str]]:
    """What is to be drafted: `source`, `target` and `text` of each."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened, delimiter="\t"))


def loaded(name: str = MODEL) -> Translator:
    """The model of that name, its prompts read.

    Raises:
        SystemExit: it is not installed.
    """
    offer = next((offer for offer in offers.listed(Kind.TRANSLATION) if offer.name == name), None)
    if offer is None:
        raise SystemExit(f"{name} is not installed: `jbcalling models install {name}`")
    engine = loading.load(offer, TaskConfig(), Translator, {})
    engine.warm_up()
    return engine
