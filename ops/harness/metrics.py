"""What a running process says of itself at `/metrics`."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


async def scrape(url: str) -> str:
    """The metrics of the process at `url` in Prometheus' text format.

    Raises:
        httpx.HTTPError: it does not answer, or answers with an error.
    """
    async with httpx.AsyncClient(timeout=30) as client:
        return (await client.get(f"{url}/metrics")).raise_for_status().text


def samples(text: str) -> Iterator[Sample]:
    """Every figure in it."""
    for family in text_string_to_metric_families(text):
        yield from family.samples


def figure(text: str, name: str, **labels: str) -> float:
    """One figure in it, by its whole name; where several have these labels, their sum.

    Raises:
        LookupError: there is none.
    """
    found = [
        sample.value for sample in samples(text) if sample.name == name and labels.items() <= sample.labels.items()
    ]
    if not found:
        raise LookupError(f"no metric has the name {name} and the labels {labels}")
    return sum(found)
