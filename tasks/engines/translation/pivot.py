"""Two translators in a row, for pairs that neither serves alone: Portuguese to Vietnamese by way of English."""

from __future__ import annotations

from tasks.engines.base import EngineError, Translator


class Pivot(Translator):
    """A translator made of two, named so that a person sees both: "bergamot-en-pt+argos-en-vi"."""

    def __init__(self, first: Translator, second: Translator, *, through: str = "en") -> None:
        sources = {source for source, target in first.pairs if target == through}
        targets = {target for source, target in second.pairs if source == through}
        self.pairs = frozenset((source, target) for source in sources for target in targets if source != target)
        if not self.pairs:
            raise EngineError(f"{first.name} and {second.name} do not meet in {through}: no pair comes of them")
        self.name = f"{first.name}+{second.name}"
        self.draft = first.draft or second.draft
        self.fingerprint = f"{first.fingerprint} {through} {second.fingerprint}"
        self._first = first
        self._second = second
        self._through = through

    def translate(self, text: str, source: str, target: str) -> str:
        """The translation of the translation; see `Translator.translate`."""
        if (source, target) not in self.pairs:
            raise EngineError(f"{self.name} does not translate {source} into {target}")
        between = self._first.translate(text, source, self._through)
        return self._second.translate(between, self._through, target)
