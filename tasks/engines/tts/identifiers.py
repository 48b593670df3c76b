"""What is written in digits and is no number: addresses, codes, cards, versions, and figures in foreign writing.

Each rule runs before numbers are said as such. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tasks.languages.patterns import any_of
from tasks.languages.spoken_rules import SpokenRules

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_URL = re.compile(r"\b(?:[a-z][a-z0-9+.-]*://|www\.)([^\s/?#]+)((?:/[^\s?#]*)?)(?:[?#]\S*)?", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+-])([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)")
_SPOKEN_PATH = 30
"""Characters of a path that are still worth saying."""

_NO_DIGIT_BEFORE = r"(?<![\w.,/-])"
_NO_DIGIT_AFTER = r"(?![\w/]|[.,-]\d)"
_GROUPED = re.compile(
    _NO_DIGIT_BEFORE + r"(?:\d{2,3}\.\d{3}\.\d{3}(?:/\d{4})?-\d{1,2}|\d{5}-\d{3,4}|\d{3}-\d{2}-\d{4}"
    r"|\d{4}([ -])\d{4}\1\d{4}(?:\1\d{1,4})?|(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5})?)" + _NO_DIGIT_AFTER
)
_TELEPHONE = re.compile(
    r"(?<![\w.,/-])(?:\+\d{1,3}(?:[ -]?\(?\d{2,5}\)?(?!\d)){1,5}"
    r"|\(\d{2,3}\) ?\d{3,5}[ .]\d{4}"
    r"|(?:\(\d{2,3}\) ?|\d{2,3}[ -])?\d{3,5}-\d{4}|0\d{2,3}(?:[ .]\d{3,4}){2})(?![\w/]|-\d)"
)
_HYPHENED = re.compile(
    r"(?<![\w.,/+-])(?!\d{4}-\d{2}-\d{2}(?!\d)|\d{1,2}-\d{1,2}-\d{4}(?!\d))\d{1,7}(?:-\d{1,7}){2,6}(?![\w/]|[.,-]\d)"
)
"""Three groups of digits are no range: telephone numbers, ISBNs, serial numbers."""
_YEARS = re.compile(r"(?<![\w.,/-])((?:1[5-9]|20)\d\d) ?[-\u2013\u2014] ?(?=(?:1[5-9]|20)\d\d(?![\w/]|[.,-]\d))")
_PLUS = r"\+(?= ?\d)"
_FEET = re.compile(r"(?<![\w.])(\d{1,2})['\u2032\u2019] ?(\d{1,2})(?:\"|''|\u2033|\u201d)")
_SPACED = re.compile(r"(?<!\d )(?<![\w.,/-])([1-9]\d{0,2})((?: \d{3})+)(?! ?\d)(?![.,/-]\d)")
_APOSTROPHES = re.compile(r"(?<![\w.,'])\d{1,3}(?:['\u2019]\d{3})+(?![\d'\u2019])")
_POINTS = re.compile(r"(?<![\w.,])\d{1,3}(?:[.']\d{3})+,\d{1,2}(?![\d,.]\d|\d)")
_MILLIONS = {
    mark: re.compile(rf"(?<![\w.,])\d{{1,3}}(?:{re.escape(mark)}\d{{3}}){{2}}(?![\w]|[.,]\d)") for mark in ".,"
}
"""Groups by the mark of others, with no decimals to tell it by: two groups of three are no decimals."""
_COMMAS = re.compile(r"(?<![\w.,])\d{1,3}(?:[,']\d{3})+\.\d{1,2}(?![\d,.]\d|\d)")
_RANGE = r"(?<![\w.,:/-])({end}) ?[-\u2013\u2014] ?(?={end}(?![\w:/-]|[.,]\d| ?-))"


def rules_for(rules: SpokenRules) -> Iterator[Rule]:
    """The rules of one language, in the order in which they apply."""
    yield _URL, lambda m: _address(m[1], m[2], rules)
    yield _MAIL, lambda m: f"{_dotted(m[1], rules)} {rules.at} {_dotted(m[2], rules)}"
    announced = re.compile(rf"\b({rules.identifiers}):? ?#?(\d{{3,}})(?![\w/]|[.,-]\d)", re.IGNORECASE)
    yield announced, lambda m: f"{m[1]} {rules.digits(m[2])}"
    yield _HYPHENED, lambda m: ", ".join(rules.digits(part) for part in m[0].split("-"))
    yield _YEARS, lambda m: f"{m[1]} {rules.to} "
    yield _TELEPHONE, lambda m: _telephone(m[0], rules)
    yield _GROUPED, lambda m: _grouped(m[0], rules)
    version = re.compile(rf"(?:\b{rules.version} )?\bv\.? ?(?=\d+(?:\.\d+)+)", re.IGNORECASE)
    yield version, lambda m: f"{rules.version} " if m[0][0].islower() else f"{rules.version.capitalize()} "
    yield _FEET, lambda m: _feet(int(m[1]), int(m[2]), rules)
    yield re.compile(r"[~\u2248] ?(?=\d|[$€£]|R\$|US\$)"), lambda _m: f"{rules.about} "
    yield _APOSTROPHES, lambda m: re.sub(r"\D", rules.group, m[0])
    yield _SPACED, lambda m: _joined(m, rules)
    yield _MILLIONS[rules.decimal], lambda m: re.sub(r"\D", rules.group, m[0])
    yield (_POINTS if rules.decimal == "." else _COMMAS), lambda m: _as_here(m[0], rules)


def ranges(rules: SpokenRules) -> Rule:
    """Hours and numbers that a hyphen joins; runs when nothing else is left that has hyphens between digits."""
    end = rf"(?:{rules.hour}|\d{{1,2}}:\d{{2}}|{rules.pattern}(?:{any_of(rules.glued)}(?!\w))?)"
    pattern = re.compile(_RANGE.replace("{end}", end))
    return pattern, lambda m: f"{m[1]} {rules.to} "


def scaled(rules: SpokenRules) -> Rule:
    """Numbers with a scale right after them: "50k", "2tr5"."""
    pattern = re.compile(rf"(?<![\w.,])({rules.pattern})({any_of(rules.glued)})([1-9])?(?!\w)")
    return pattern, lambda m: f"{m[1]} {rules.glued[m[2]]}{_rest(m[3], rules)}"


def _address(host: str, path: str, rules: SpokenRules) -> str:
    path = path.rstrip("/.,;:!?")
    name, _, port = host.partition(":")
    spoken = [_dotted(name, rules)]
    if port.isdecimal():
        spoken[0] += f", {rules.digits(port)}"
    if path and len(path) <= _SPOKEN_PATH:
        spoken += [f"{rules.slash} {_dotted(part, rules)}" for part in path.split("/") if part]
    return " ".join(spoken)


def _dotted(name: str, rules: SpokenRules) -> str:
    return " ".join(re.sub(r"\.", f" {rules.dot} ", re.sub(r"[_+%=&~-]+", " ", name)).split())


def _telephone(text: str, rules: SpokenRules) -> str:
    plus = f"{rules.lexicon.symbols[_PLUS]} " if text.startswith("+") and _PLUS in rules.lexicon.symbols else ""
    return plus + ", ".join(rules.digits(part) for part in re.findall(r"\d+", text))


def _rest(digit: str | None, rules: SpokenRules) -> str:
    """What follows a scale without a space: "2tr5" is two and a half million."""
    if digit is None:
        return ""
    return f" {rules.half_more}" if digit == "5" and rules.half_more else f" {rules.digits(digit)}"


def _grouped(text: str, rules: SpokenRules) -> str:
    joint = f" {rules.dot} " if text.count(".") == 3 else ", "
    return joint.join(rules.digits(part) for part in re.findall(r"\d+", text))


def _feet(feet: int, inches: int, rules: SpokenRules) -> str:
    between, after = rules.feet_inches
    return f"{rules.cardinal(feet)} {between} {rules.cardinal(inches)} {after}".rstrip()


def _joined(match: re.Match[str], rules: SpokenRules) -> str:
    """Digits in groups by spaces as one number; three groups of three are a telephone number as a rule."""
    groups = match[2].split()
    telephone = len(match[1]) == 3 and len(groups) > 1 and groups[-1] != "000"
    lone = len(groups) == 1 and groups[0] != "000" and len(match[1]) == 3
    return match[0] if telephone or lone else rules.group.join((match[1], *groups))


def _as_here(text: str, rules: SpokenRules) -> str:
    """A figure with the marks the other way round, as this language writes it."""
    whole, _, fraction = text.rpartition("," if rules.decimal == "." else ".")
    return f"{re.sub(r'[^0-9]', rules.group, whole)}{rules.decimal}{fraction}"
