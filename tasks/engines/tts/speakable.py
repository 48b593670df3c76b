"""Text made speakable: numbers, dates, times, money, units and abbreviations in words, and no markup.

Voices read digits in their own ways, or in none; here every engine is given the same words. Pure functions;
`speakable` of what is speakable already changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from tasks.engines.tts import identifiers, products, roman
from tasks.engines.tts.markup import unmarked
from tasks.languages import described
from tasks.languages.patterns import any_of
from tasks.languages.phrases import GLUE, NumberPhrases
from tasks.languages.sentences import announced_in_full, clauses
from tasks.languages.spoken_rules import SpokenRules, Unit
from tasks.languages.text import composed

_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_ISO = re.compile(
    r"(?<![\w/-])(\d{4})(?:-(\d{2})-(\d{2})|/(\d{1,2})/(\d{1,2}))"
    r"(?:T(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w/-])"
)
_CLOCK = re.compile(r"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?![\w:])")
_VERSION = re.compile(r"(?<![\w.])\d{1,5}(?:\.\d{1,5}){2,}(?![\w])")
_RATIO = re.compile(r"(?<![\w:.,])(\d{1,4}):(?=\d{1,4}(?![\w:]|[.,]\d))")
_POWER = re.compile(r"(?:(?<=\d)|(?<=\b[a-zA-Z]))[²³]")
_LETTER_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def speakable(text: str, language: str) -> str:
    """`text` with everything in words that is not.

    Args:
        text: one or more sentences; punctuation stays.
        language: BCP 47 subtag; text of a language that is not known here is returned without marks alone.
    """
    rules = described(language).spoken
    text = unmarked(text)
    if rules is None:
        return text
    text = composed(text)
    early, late = _prepared(rules)
    text = announced_in_full(text, language)
    for pattern, words in early:
        text = pattern.sub(words, text)
    if not any(character.isnumeric() for character in text):
        return text
    text = rules.own_rules(text)
    for pattern, words in late:
        text = pattern.sub(words, text)
    return text


def speakable_clauses(text: str, language: str, lengths: tuple[int, ...]) -> list[str]:
    """`text` made speakable, in clauses (`sentences.clauses`) that hold something to say.

    Words come first, so that a clause is as long as it sounds. A number stays with its unit, and is cut itself only
    after its thousands and millions.
    """
    words = speakable(text, language)
    if rules := described(language).spoken:
        words = _number_phrases(rules).bound(words)
    pieces = [piece.replace(GLUE, " ") for piece in clauses(words, language, lengths=lengths)]
    return [piece for piece in pieces if any(character.isalnum() for character in piece)]


@cache
def _number_phrases(rules: SpokenRules) -> NumberPhrases:
    return NumberPhrases(rules)


@cache
def _prepared(rules: SpokenRules) -> tuple[tuple[_Rule, ...], tuple[_Rule, ...]]:
    early = [
        *identifiers.rules_for(rules),
        *roman.rules_for(rules),
        (_ISO, lambda m: _iso(m, rules)),
        _abbreviations(rules),
        *_symbols(rules),
    ]
    early += [*products.rules_for(rules), identifiers.ranges(rules), identifiers.scaled(rules)]
    late: list[_Rule] = [(_CLOCK, lambda m: rules.time(int(m[1]), int(m[2])))]
    late += [(_RATIO, lambda m: f"{m[1]} {rules.ratio} "), *_versions(rules), _fractions(rules)]
    late += [_range(rules), *_money(rules), _measure(rules)]
    late += [(_POWER, lambda m: f" {rules.powers[m[0] == '³']}"), (_LETTER_DIGIT, lambda _m: " "), _plain(rules)]
    return tuple(early), tuple(late)


def _abbreviations(rules: SpokenRules) -> _Rule:
    pattern = re.compile(rf"(?<![\w.]){any_of(rules.lexicon.abbreviations)}(?!\w)")

    def words(match: re.Match[str]) -> str:
        whole = rules.lexicon.abbreviations[match[0]]
        ends = match[0].endswith(".") and match[0][0].islower() and _ends_sentence(match.string[match.end() :])
        return f"{whole}." if ends else whole

    return pattern, words


def _ends_sentence(following: str) -> bool:
    rest = following.lstrip('"\u201d\u2019)')
    return not rest.strip() or bool(re.match(r"\s+[^\W\d_]", rest) and rest.lstrip()[0].isupper())


def _symbols(rules: SpokenRules) -> list[_Rule]:
    def rule(symbol: str, word: str) -> _Rule:
        return re.compile(f" ?{symbol} ?"), lambda m: f" {word} " if m.start() else f"{word} "

    return [rule(symbol, word) for symbol, word in rules.lexicon.symbols.items()]


def _iso(match: re.Match[str], rules: SpokenRules) -> str:
    year, month, day = int(match[1]), int(match[2] or match[4]), int(match[3] or match[5])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return re.sub("[/-]", " ", match[0])
    date = rules.date(day, month, year)
    return f"{date}, {rules.time(int(match[6]), int(match[7]))}" if match[6] else date


def _versions(rules: SpokenRules) -> list[_Rule]:
    def words(match: re.Match[str]) -> str:
        if re.fullmatch(rules.pattern, match[0]):
            return match[0]
        return f" {rules.period} ".join(rules.number(part) for part in match[0].split("."))

    return [(_VERSION, words)]


def _fractions(rules: SpokenRules) -> _Rule:
    def words(match: re.Match[str]) -> str:
        whole, fraction = match[1], match[2]
        part = rules.lexicon.fractions.get(fraction)
        if part is None:
            first, _, second = fraction.partition("/")
            part = f"{rules.number(first)} {rules.over} {rules.number(second)}"
        return f"{rules.number(whole)} {rules.conjunction} {part}" if whole else part

    pattern = r"(?<![\w/.,])(?:(\d{1,3})(?: (?=\d/)| ?(?=[½⅓⅔¼¾])))?([½⅓⅔¼¾]|\d{1,4}/\d{1,4})(?![\w/]|[.,]\d)"
    return re.compile(pattern), words


def _range(rules: SpokenRules) -> _Rule:
    signs = any_of(rules.lexicon.currencies)
    pattern = re.compile(rf"(?<=[\d%]) ?[\u2013-] ?(?={signs}?\d)")
    return pattern, lambda _m: f" {rules.to} "


def _money(rules: SpokenRules) -> list[_Rule]:
    signs, scales = any_of(rules.lexicon.currencies), any_of(rules.lexicon.scales)
    amount = rf"(?P<number>{rules.pattern})(?: ?(?P<scale>{scales})(?!\w))?"
    minus = r"(?:(?<![\w)])(?P<minus>[-\u2212]))?"
    before = re.compile(rf"{minus}(?<!\w)(?P<sign>{signs}) ?(?P<within>[-\u2212](?=\d))?{amount}")
    after = re.compile(rf"{minus}(?<![\w.,]){amount} ?(?P<sign>{signs})(?!\w)")

    def words(match: re.Match[str]) -> str:
        below = match["minus"] or match.groupdict().get("within")
        price = _price(rules, match["number"], match["scale"], rules.lexicon.currencies[match["sign"]])
        return f"{rules.minus} {price}" if below else price

    return [(before, words), (after, words)]


def _price(rules: SpokenRules, number: str, scale: str | None, currency: Unit) -> str:
    whole, fraction = rules.parts(number)
    if scale:
        singular, plural = rules.lexicon.scales[scale]
        joint = f"{rules.of} " if rules.of and scale not in rules.no_of_after else ""
        return f"{rules.number(number)} {singular if number == '1' else plural} {joint}{currency.plural}"
    if len(fraction) != 2 or currency.hundredth is None:
        return _counted(rules, number, currency)
    main, cents = _counted(rules, whole, currency), int(fraction)
    if cents == 0:
        return main
    small = f"{rules.cardinal(cents)} {currency.hundredth[cents != 1]}"
    return f"{main} {rules.conjunction} {small}" if int(whole) else small


def _counted(rules: SpokenRules, number: str, unit: Unit) -> str:
    whole, fraction = rules.parts(number)
    singular = whole.lstrip("0") == "1" and not fraction
    million = not fraction and len(whole) > 6 and int(whole[-18:]) % 10**6 == 0
    joint = f"{rules.of} " if rules.of and million else ""
    amount = rules.number(number, feminine=unit.feminine, counted=True)
    return f"{amount} {joint}{unit.singular if singular else unit.plural}"


def _measure(rules: SpokenRules) -> _Rule:
    units = any_of(rules.lexicon.units)
    pattern = re.compile(rf"(?<![\w.,])(?P<minus>[-\u2212])?(?P<number>{rules.pattern}) ?(?P<unit>{units})(?![\w/²³])")

    def words(match: re.Match[str]) -> str:
        minus = f"{rules.minus} " if match["minus"] else ""
        return minus + _counted(rules, match["number"], rules.lexicon.units[match["unit"]])

    return pattern, words


def _plain(rules: SpokenRules) -> _Rule:
    pattern = re.compile(
        rf"(?:(?<![\w)])(?P<minus>[-\u2212]))?(?P<number>{rules.pattern})"
        rf"(?=(?:(?:{rules.beside}){{0,3}}\s+(?P<next>[^\W\d_]+))?)"
    )

    def words(match: re.Match[str]) -> str:
        minus = f"{rules.minus} " if match["minus"] else ""
        feminine = rules.is_feminine(match["next"] or "", singular=match["number"] == "1")
        return minus + rules.number(match["number"], feminine=feminine)

    return pattern, words
