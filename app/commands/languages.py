"""`jbcalling languages`: for each language what hears, translates and speaks it here, and what would."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import click

from tasks import registry
from tasks.engines import choose
from tasks.engines.description import Offer
from tasks.engines.kinds import Kind
from tasks.languages import LANGUAGES, described
from tasks.models.info import ModelInfo
from tasks.models.mozilla import SETTING
from tasks.offers import listed

NOTHING: Final = "nothing"
BETWEEN: Final = "en"
"""Models translate from and into it; between two others, by way of it."""


@dataclass(frozen=True)
class Ways:
    """What there is on this machine."""

    hearing: list[Offer]
    translating: list[Offer]
    speaking: list[Offer]
    models: list[ModelInfo]

    @classmethod
    def here(cls) -> Ways:
        """Looks at installed models and programs; loads nothing."""
        return cls(listed(Kind.STT), listed(Kind.TRANSLATION), listed(Kind.TTS), registry.list_models())

    def missing(self, code: str) -> Iterator[str]:
        """Models to install: what hears it, one for each direction with English, and a voice that is understood."""
        if not _best(code, self.hearing):
            yield from self._first("stt", code)
        for pair in (f"{BETWEEN}>{code}", f"{code}>{BETWEEN}"):
            if code != BETWEEN and not _best(pair, self.translating):
                yield from self._first("translate", pair)
        voice = _best(code, self.speaking)
        if voice is None or _unclear(voice, code):
            yield from self._first("speak", code)

    def _first(self, kind: str, wanted: str) -> list[str]:
        """The first model for it that there is, one from a mirror last where no mirror is named."""
        fits = [one for one in self.models if one.kind == kind and wanted in one.languages and not one.installed]
        fits.sort(key=lambda one: len(one.languages) > 1)
        # Translators without a remark: none that is for drafts, or not for everybody's use.
        fit = [one.name for one in fits if kind == "speak" or not one.caution or one.default]
        return sorted(fit, key=lambda name: name.startswith("mozilla-") and not os.environ.get(SETTING))[:1]


@click.command()
def languages() -> None:
    """Show for each language what hears, translates and speaks it here, what is missing, and the command for it."""
    ways = Ways.here()
    pairs = [pair.split(">") for pair in choose.services(ways.translating)]
    for code, language in LANGUAGES.items():
        heard, voice = _best(code, ways.hearing), _best(code, ways.speaking)
        into = " ".join(target for source, target in pairs if source == code) or NOTHING
        out_of = " ".join(source for source, target in pairs if target == code) or NOTHING
        unclear = ", hardly understood" if voice and _unclear(voice, code) else ""
        click.echo(
            f"{code:<4}{language.english_name:<12} heard by {heard.name if heard else NOTHING}; "
            f"translated into {into}, from {out_of}; spoken by {voice.name if voice else NOTHING}{unclear}"
        )
        if missing := list(dict.fromkeys(ways.missing(code))):
            mirror = any(name.startswith("mozilla-") for name in missing) and not os.environ.get(SETTING)
            first = f"set {SETTING}, then " if mirror else ""
            click.echo(f"{'':<16} missing: {first}`jbcalling models install {' '.join(missing)}`")


def _best(wanted: str, offers: Iterable[Offer]) -> Offer | None:
    return choose.best(wanted, offers, {})


def _unclear(voice: Offer, code: str) -> bool:
    return voice.engine.format == "espeak" and described(code).engines.espeak_unclear
