"""What makes a reply no translation: each guard is a pure function of what was said and what came back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from tasks.engines.text.repeats import restrained
from tasks.engines.translation.llm.facts import changed_fact
from tasks.engines.translation.llm.languages import frequent_words, words_of, wrong_language
from tasks.engines.translation.llm.numbers import exchanged_numbers, invented_numbers, lost_numbers
from tasks.engines.translation.llm.spelled import in_digits
from tasks.languages import LANGUAGES

LONGEST_RATIO, LONGEST_SLACK = 2.0, 30
SHORTEST_RATIO, SHORTEST_SLACK = 0.4, 10
"""Characters of a translation by characters of its source, and characters more or less that a short one may have. No
human translation of FLORES, NTREX or Tatoeba (en-vi and en-pt, both ways) is outside."""

WORDS_FOR_MORE_THAN_ONE: Final = 6
"""Words that no single word says in another language."""

COPIED_WORDS: Final = 3
COPIED_SHARE: Final = 0.6
"""Words in a row taken over from the source, and their share of the reply, that make it a copy."""

LEAKED_WORDS: Final = 6
"""Words in a row of the instructions that do not come from anywhere else."""

_DRAFTS: Final = [known.drafts for known in LANGUAGES.values() if known.drafts]
_REFUSAL = re.compile(rf"\b({'|'.join(drafts.refusals for drafts in _DRAFTS)})\b", re.IGNORECASE)
_CHATTER = re.compile(rf"^({'|'.join(drafts.chatter for drafts in _DRAFTS)})\b[^.]*:", re.IGNORECASE)


def objection(source: str, output: str, languages: tuple[str, str], instructions: str, examples: Sequence[str]) -> str:
    """Why `output` must not be shown as the translation of `source`; empty when nothing speaks against it.

    Args:
        source: one line of what was said, spelled-out numbers as digits.
        output: the reply, without surrounding space.
        languages: of the two.
        instructions: the text that told the model what to do.
        examples: the replies that it was shown.
    """
    return (
        _shape(source, output)
        or _copied(source, output, languages[0])
        or _refused(source, output)
        or _leaked(source, output, instructions, examples)
        or wrong_language(source, output, languages[1])
        or _numbers(source, output, languages)
    )


def _shape(source: str, output: str) -> str:
    if not any(letter.isalnum() for letter in output):
        return "the reply is empty"
    if "\n" in output or ("```" in output and "```" not in source):
        return "the reply has several lines or code"
    if len(output) > LONGEST_RATIO * len(source) + LONGEST_SLACK:
        return "the reply is much longer than what was said"
    brief = len(words_of(output)) <= 1 and len(words_of(source)) >= WORDS_FOR_MORE_THAN_ONE
    if brief or len(output) < SHORTEST_RATIO * (len(source) - SHORTEST_SLACK):
        return "the reply is much shorter than what was said"
    if restrained(output, source)[1]:
        return "the reply repeats itself"
    return ""


def _copied(source: str, output: str, language: str) -> str:
    """Names and the like may stay as they are; sentences may not."""
    spoken, replied = words_of(source), words_of(output)
    if not replied:
        return ""
    run = SequenceMatcher(None, spoken, replied, autojunk=False).find_longest_match()
    copied = replied[run.b : run.b + run.size]
    whole = run.size == len(replied)
    long = run.size >= COPIED_WORDS and run.size >= COPIED_SHARE * len(replied)
    if not (whole or long):
        return ""
    written = {word for part in source.split() if part.islower() for word in words_of(part)}
    small = sum(word in written for word in copied)  # names are written large
    known = frequent_words(" ".join(copied), language)
    return "the reply copies what was said" if known or small >= (1 if whole else 2) else ""


def _refused(source: str, output: str) -> str:
    if _CHATTER.search(output) and ":" not in source:
        return "the reply talks about the translation"
    return "the reply is a refusal" if _REFUSAL.search(output) and not _REFUSAL.search(source) else ""


def _leaked(source: str, output: str, instructions: str, examples: Sequence[str]) -> str:
    replied = " ".join(words_of(output))
    if any(replied == " ".join(words_of(example)) for example in examples):
        return "the reply repeats an example"
    told = words_of(instructions)
    rows = (" ".join(told[at : at + LEAKED_WORDS]) for at in range(len(told) - LEAKED_WORDS + 1))
    spoken = " ".join(words_of(source))
    if any(row in replied and row not in spoken for row in rows):
        return "the reply quotes its instructions"
    return ""


def _numbers(source: str, output: str, languages: tuple[str, str]) -> str:
    if lost := lost_numbers(source, output, languages):
        return f"the reply lost the number {lost[0]}"
    if invented := invented_numbers(source, output, languages):
        return f"the reply has a number that was not said, {invented[0]}"
    if exchanged := exchanged_numbers(source, in_digits(output, languages[1]), languages):
        return f"the reply has another number with “{exchanged}”"
    return changed_fact(source, in_digits(output, languages[1]), languages)
