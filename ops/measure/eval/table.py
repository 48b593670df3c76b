"""The figures for reading."""

from __future__ import annotations

from typing import Any

from ops.measure.eval.targets import targets
from ops.measure.simultaneous import clauses


def table(figures: dict[str, Any]) -> str:
    """Tables, one a kind of engine and one a pair that is interpreted by clauses, and the targets."""
    where = figures["machine"]
    parts = [
        f"{where['cpu']}, {where['cores']} cores; set: {figures['set']}; {figures['normaliser']}",
        _stt(figures["stt"]) if "stt" in figures else "",
        _translation(figures["translation"]) if figures.get("translation") else "",
        _tts(figures["tts"]) if figures.get("tts") else "",
        _cached(figures["cache"]) if "cache" in figures else "",
        *(clauses.table(*row) for row in figures.get("simultaneous", {}).items()),
        _targets(figures),
    ]
    return "\n\n".join(part for part in parts if part)


def _stt(stt: dict[str, Any]) -> str:
    rows = [f"{'speech to text':<30}{'clips':>6}{'WER %':>8}{'CER %':>8}{'30 s window':>12}{'ms p50':>9}{'ms p95':>9}"]
    for language in stt["languages"]:
        found = stt[language]
        full = found.get("full_window", {})
        rows.append(_stt_row(language, found, full, found["segment_ms"]))
        for kind, part in found["kinds"].items():
            rows.append(_stt_row(f"  {kind.replace('_', ' ')}", part, full.get("kinds", {}).get(kind, {}), {}))
        each, right = found["wer_shifts"], found["identified"]
        rows.append(f"  cut in {len(each)} places each: WER {min(each)} to {max(each)}")
        rows.append(f"  language identified in {right['right']} of {right['segments']} segments")
        if foreign := found.get("foreign"):
            rows.append(
                f"  other languages: {foreign['foreign_with_words']} of {foreign['foreign']} clips show words, "
                f"{foreign['foreign_with_words_before']} without asking what is spoken; "
                f"own clips refused: {foreign['own_refused']} of {foreign['own']}, asked about {foreign['own_asked']}"
            )
    if mixed := stt.get("mul"):
        rows.append(_stt_row("several languages, identified", mixed, {}, {}))
        rows.append(f"  language identified in {mixed['identified']['right']} of {mixed['identified']['segments']}")
    nobody = stt["non_speech"]
    rows.append(
        f"non-speech: {nobody['with_text']} of {nobody['clips']} clips with text, "
        f"{nobody['with_text_without_vad']} by the recogniser alone"
    )
    if still := stt.get("stillness"):
        rows.append(f"{still['hours']} h of non-speech: {still['captions']} captions, {still['asks']} asks")
    return "\n".join(rows)


def _stt_row(name: str, found: dict[str, Any], full: dict[str, Any], took: dict[str, Any]) -> str:
    return (
        f"{name:<30}{found.get('clips', 0):>6}{found.get('wer', '-'):>8}{found.get('cer', '-'):>8}"
        f"{full.get('wer', '-'):>12}{took.get('p50', ''):>9}{took.get('p95', ''):>9}"
    )


def _translation(translation: dict[str, Any]) -> str:
    rows = [f"{'translation':<30}{'n':>6}{'BLEU':>8}{'theirs':>8}{'chrF':>8}{'ms p50':>9}{'ms p95':>9}  engine"]
    signatures: dict[str, str] = {}
    for pair, sets in translation.items():
        for name, row in sets.items():
            rows.append(
                f"{f'{pair} {name}':<30}{row['sentences']:>6}{row['bleu']:>8}{row['published_bleu'] or '-':>8}"
                f"{row['chrf']:>8}{row['ms']['p50']:>9}{row['ms']['p95']:>9}  {row['engine']}"
            )
            signatures |= row["signature"]
    return "\n".join([*rows, *(f"{metric}: {signature}" for metric, signature in signatures.items())])


def _tts(tts: dict[str, Any]) -> str:
    rows = [f"{'speech':<30}{'n':>6}{'WER %':>8}{'first ms':>10}{'p95':>8}{'LUFS':>8}{'peak dBFS':>11}"]
    rows += [
        f"{name:<30}{row['sentences']:>6}{row['wer']:>8}{row['first_sound_ms']:>10}{row['first_sound_p95_ms']:>8}"
        f"{row['loudness_lufs']:>8}{row['peak_dbfs']:>11}"
        for name, row in tts.items()
    ]
    return "\n".join(rows)


def _cached(cache: dict[str, Any]) -> str:
    rows = [f"{'from the cache':<30}{'n':>6}{'ms p50':>9}{'ms p95':>9}"]
    rows += [
        f"{name.removesuffix('_ms'):<30}{row['n']:>6}{row.get('p50', '-'):>9}{row.get('p95', '-'):>9}"
        for name, row in cache.items()
    ]
    return "\n".join(rows)


def _targets(figures: dict[str, Any]) -> str:
    rows = [f"{'target':<64}{'measured':>10}{'at most':>9}"]
    rows += [
        f"{target.what:<64}{target.measured:>10}{target.limit:>9}  {'met' if target.met else 'NOT MET'}"
        for target in targets(figures)
    ]
    return "\n".join(rows)
