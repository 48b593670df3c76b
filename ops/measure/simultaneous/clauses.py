"""Policies of `clause_policies` on sentences with a reference: what each costs in BLEU and chrF."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from ops.measure.clips import TextSet, parallel_texts
from ops.measure.simultaneous.clause_policies import CUTS, POLICIES, SECONDS_A_WORD, Shown, cut, whole
from tasks.engines.base import Translator
from tasks.serving import Engines

MIN_WORDS: Final = 12
MAX_WORDS: Final = 40


def long_enough(sentence: str) -> bool:
    """Whether a sentence has clauses, and is no paragraph."""
    return MIN_WORDS <= len(sentence.split()) <= MAX_WORDS


def of_pair(folder: Path, engines: Engines, pair: str, sentences: int) -> dict[str, Any]:
    """Every policy for a pair such as "en-pt", on so many sentences of a folder at most.

    Raises:
        LookupError: the folder has none.
        EngineError: no engine here translates the pair.
    """
    source, _, target = pair.partition("-")
    texts = parallel_texts(folder, source, target, long_enough).first(sentences)
    return measure(texts, engines.translation_for(source, target))


def measure(texts: TextSet, engine: Translator) -> dict[str, Any]:
    """Whole sentences, then every policy with every cut."""
    took: dict[str, float] = {}

    @cache
    def translate(text: str) -> str:
        began = time.perf_counter()
        translation = engine.translate(text, texts.source, texts.target)
        took[text] = time.perf_counter() - began
        return translation

    def score(policy: str, shown: list[Shown], length: float | None = None) -> dict[str, Any]:
        return scored(texts, policy, shown, took.__getitem__, length)

    rows = [score("whole sentences", [whole([sentence], translate) for sentence in texts.sentences])]
    for lengths in CUTS:
        clauses = [cut(sentence, texts.source, lengths) for sentence in texts.sentences]
        length = round(sum(map(_length, texts.sentences)) / sum(map(len, clauses)), 1)
        for name, policy in POLICIES.items():
            print(f"  {texts.source}-{texts.target}: {name}, {length} words a clause …", flush=True)
            rows.append(score(name, [policy(parts, translate) for parts in clauses], length))
    return {"engine": engine.name, "texts": texts.name, "sentences": len(texts.sentences), "rows": rows}


def _length(sentence: str) -> int:
    return len(sentence.split())


def scored(
    texts: TextSet, policy: str, shown: list[Shown], took: Callable[[str], float], length: float | None
) -> dict[str, Any]:
    """One row of the table; `took` knows the seconds of a translation, `length` is the mean of words in a clause."""
    references, translations = [list(texts.references)], [one.text for one in shown]
    sizes = [
        (_length(source), _length(reference))
        for source, reference in zip(texts.sentences, texts.references, strict=True)
    ]
    laal = fmean(one.lagging(*size) for one, size in zip(shown, sizes, strict=True))
    computed = fmean(one.lagging_computed(*size, took) for one, size in zip(shown, sizes, strict=True))
    return {
        "policy": policy,
        "words_a_clause": length,
        "bleu": round(BLEU().corpus_score(translations, references).score, 1),
        "chrf": round(CHRF().corpus_score(translations, references).score, 1),
        "laal_words": round(laal, 1),
        "laal_s": round(SECONDS_A_WORD * laal, 2),
        "laal_ca_s": round(computed, 2),
    }


def table(pair: str, measured: dict[str, Any]) -> str:
    """For reading."""
    lines = [
        f"{pair}: {measured['sentences']} sentences of {measured['texts']}, {measured['engine']}",
        f"{'translated':<34}{'words a clause':>16}{'BLEU':>8}{'chrF':>8}{'LAAL, words':>13}{'s':>7}{'CA, s':>8}",
    ]
    lines += [
        f"{row['policy']:<34}{row['words_a_clause'] or '':>16}{row['bleu']:>8}{row['chrf']:>8}{row['laal_words']:>13}"
        f"{row['laal_s']:>7}{row['laal_ca_s']:>8}"
        for row in measured["rows"]
    ]
    return "\n".join(lines)


def markdown(found: Mapping[str, Any]) -> str:
    """The table of docs/measurements/simultaneous.md, every pair."""
    lines = ["| pair | translated | words a clause | BLEU | chrF | LAAL, words | LAAL, s | computation-aware, s |"]
    lines.append("|---" * 8 + "|")
    for pair, measured in found.items():
        lines += [
            f"| {pair} | {row['policy']} | {row['words_a_clause'] or ''} | {row['bleu']} | {row['chrf']} "
            f"| {row['laal_words']} | {row['laal_s']} | {row['laal_ca_s']} |"
            for row in measured["rows"]
        ]
    return "\n".join(lines)
