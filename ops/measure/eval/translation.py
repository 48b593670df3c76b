"""Translation: BLEU and chrF by sacrebleu, and the time of each sentence, uncached."""

from __future__ import annotations

import time
from typing import Any

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from ops.measure.clips import TextSet
from ops.measure.eval import published
from ops.measure.figures import percentiles
from tasks.engines.base import EngineError, Translator


def translate(texts: TextSet, engine: Translator) -> dict[str, Any]:
    """Translate a set sentence by sentence; a sentence that the engine refuses counts as one with no translation."""
    found, took, refused = [], [], 0
    for sentence in texts.sentences:
        started = time.perf_counter()
        try:
            found.append(engine.translate(sentence, texts.source, texts.target))
        except EngineError:
            found.append("")
            refused += 1
        took.append((time.perf_counter() - started) * 1000)
    bleu, chrf = BLEU(), CHRF()
    references = [list(texts.references)]
    return {
        "engine": engine.name,
        "bleu": round(bleu.corpus_score(found, references).score, 1),
        "chrf": round(chrf.corpus_score(found, references).score, 1),
        "published_bleu": published.bleu(engine.name, texts.source, texts.target, texts.name),
        "ms": percentiles(took),
        "sentences": len(found),
        "refused": refused,
        "signature": {"bleu": str(bleu.get_signature()), "chrf": str(chrf.get_signature())},
    }
