"""Policies of `clause_policies` on sentences with a reference: what each costs in BLEU and chrF."""

from __future__ import annotations

from functools import cache
from statistics import fmean
from typing import Any, Final

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from ops.measure.clips import TextSet
from ops.measure.simultaneous.clause_policies import CUTS, POLICIES, Shown, cut, whole
from tasks.engines.base import Translator

MIN_WORDS: Final = 12
MAX_WORDS: Final = 40


def long_enough(sentence: str) -> bool:
    """Whether a sentence has clauses, and is no paragraph."""
    return MIN_WORDS <= len(sentence.split()) <= MAX_WORDS


def measure(texts: TextSet, engine: Translator) -> dict[str, Any]:
    """Whole sentences, then every policy with every cut."""

    @cache
    def translate(text: str) -> str:
        return engine.translate(text, texts.source, texts.target)

    rows = [scored(texts, "whole sentences", [whole([sentence], translate) for sentence in texts.sentences])]
    for lengths in CUTS:
        clauses = [cut(sentence, texts.source, lengths) for sentence in texts.sentences]
        length = round(sum(map(_length, texts.sentences)) / sum(map(len, clauses)), 1)
        for name, policy in POLICIES.items():
            print(f"  {texts.source}-{texts.target}: {name}, {length} words a clause …", flush=True)
            rows.append(scored(texts, name, [policy(parts, translate) for parts in clauses], length))
    return {"engine": engine.name, "texts": texts.name, "sentences": len(texts.sentences), "rows": rows}


def _length(sentence: str) -> int:
    return len(sentence.split())


def scored(texts: TextSet, policy: str, shown: list[Shown], length: float | None = None) -> dict[str, Any]:
    """One row of the table; `length` is the mean number of words in a clause."""
    references, translations = [list(texts.references)], [one.text for one in shown]
    sizes = [
        (_length(source), _length(reference))
        for source, reference in zip(texts.sentences, texts.references, strict=True)
    ]
    return {
        "policy": policy,
        "words_a_clause": length,
        "bleu": round(BLEU().corpus_score(translations, references).score, 1),
        "chrf": round(CHRF().corpus_score(translations, references).score, 1),
        "laal_words": round(fmean(one.lagging(*size) for one, size in zip(shown, sizes, strict=True)), 1),
    }


def table(pair: str, measured: dict[str, Any]) -> str:
    """For reading."""
    lines = [
        f"{pair}: {measured['sentences']} sentences of {measured['texts']}, {measured['engine']}",
        f"{'translated':<34}{'words a clause':>16}{'BLEU':>8}{'chrF':>8}{'LAAL, words':>13}",
    ]
    lines += [
        f"{row['policy']:<34}{row['words_a_clause'] or '':>16}{row['bleu']:>8}{row['chrf']:>8}{row['laal_words']:>13}"
        for row in measured["rows"]
    ]
    return "\n".join(lines)
