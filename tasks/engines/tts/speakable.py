"""Text made speakable: numbers, dates, times, money, units and abbreviations in words.

Voices read digits in their own ways, or in none; here every engine is given the same words. Pure functions;
`speakable` of what is speakable already changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from tasks.engines.text.sentences import clauses
from tasks.languages import described
from tasks.languages.phrases import GLUE, NumberPhrases
from tasks.languages.spoken_rules import Tongue, Unit

_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_ISO = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_TELEPHONE = re.compile(
    r"(?<![\w.,/-])(?:\+\d{1,3}(?:[ -]?\(?\d{2,5}\)?(?!\d)){1,5}"
    r"|(?:\(\d{2,3}\) ?|\d{2,3}[ -])?\d{3,5}-\d{4}|0\d{2,3}(?:[ .]\d{3,4}){2})(?![\w/]|-\d)"
)
_CLOCK = re.compile(r"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?![\w:])")
_VERSION = re.compile(r"(?<![\w.])\d{1,5}(?:\.\d{1,5}){2,}(?![\w])")
_LETTER_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def speakable(text: str, language: str) -> str:
    """`text` with everything in words that is not.

    Args:
        text: one or more sentences; punctuation stays.
        language: BCP 47 subtag; text of a language that is not known here is returned as it is.
    """
    tongue = described(language).spoken
    if tongue is None:
        return text
    early, late = _prepared(tongue)
    for pattern, words in early:
        text = pattern.sub(words, text)
    if not any(character.isnumeric() for character in text):
        return text
    text = tongue.own_rules(text)
    for pattern, words in late:
        text = pattern.sub(words, text)
    return text


def speakable_clauses(text: str, language: str, lengths: tuple[int, ...]) -> list[str]:
    """`text` made speakable, in clauses (`sentences.clauses`) that hold something to say.

    Words come first, so that a clause is as long as it sounds. A number stays with its unit, and is cut itself only
    after its thousands and millions.
    """
    said = speakable(text, language)
    if tongue := described(language).spoken:
        said = _number_phrases(tongue).bound(said)
    pieces = [piece.replace(GLUE, " ") for piece in clauses(said, language, lengths=lengths)]
    return [piece for piece in pieces if any(character.isalnum() for character in piece)]


@cache
def _number_phrases(tongue: Tongue) -> NumberPhrases:
    return NumberPhrases(tongue)


@cache
def _prepared(tongue: Tongue) -> tuple[tuple[_Rule, ...], tuple[_Rule, ...]]:
    early = [_abbreviations(tongue), *_symbols(tongue), (_ISO, lambda m: _iso(m, tongue))]
    early.append((_TELEPHONE, lambda m: ", ".join(tongue.digits(part) for part in re.findall(r"\d+", m[0]))))
    late: list[_Rule] = [(_CLOCK, lambda m: tongue.time(int(m[1]), int(m[2]))), *_versions(tongue), _fractions(tongue)]
    late += [_range(tongue), *_money(tongue), _measure(tongue)]
    late += [(_LETTER_DIGIT, lambda _m: " "), _plain(tongue)]
    return tuple(early), tuple(late)


def _alternatives(words: object) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))  # type: ignore[call-overload]


def _abbreviations(tongue: Tongue) -> _Rule:
    pattern = re.compile(rf"(?<![\w.])(?:{_alternatives(tongue.lexicon.abbreviations)})(?!\w)")

    def words(match: re.Match[str]) -> str:
        said = tongue.lexicon.abbreviations[match[0]]
        ends = match[0].endswith(".") and match[0][0].islower() and _ends_sentence(match.string[match.end() :])
        return f"{said}." if ends else said

    return pattern, words


def _ends_sentence(following: str) -> bool:
    rest = following.lstrip('"\u201d\u2019)')
    return not rest.strip() or bool(re.match(r"\s+[^\W\d_]", rest) and rest.lstrip()[0].isupper())


def _symbols(tongue: Tongue) -> list[_Rule]:
    def rule(symbol: str, word: str) -> _Rule:
        return re.compile(f" ?{symbol} ?"), lambda m: f" {word} " if m.start() else f"{word} "

    return [rule(symbol, word) for symbol, word in tongue.lexicon.symbols.items()]


def _iso(match: re.Match[str], tongue: Tongue) -> str:
    year, month, day = (int(part) for part in match.groups())
    return tongue.date(day, month, year) if 1 <= month <= 12 and 1 <= day <= 31 else match[0].replace("-", " ")


def _versions(tongue: Tongue) -> list[_Rule]:
    def words(match: re.Match[str]) -> str:
        if re.fullmatch(tongue.pattern, match[0]):
            return match[0]
        return f" {tongue.period} ".join(tongue.number(part) for part in match[0].split("."))

    return [(_VERSION, words)]


def _fractions(tongue: Tongue) -> _Rule:
    def words(match: re.Match[str]) -> str:
        whole, fraction = match[1], match[2]
        said = tongue.lexicon.fractions.get(fraction)
        if said is None:
            first, _, second = fraction.partition("/")
            said = f"{tongue.number(first)} {tongue.over} {tongue.number(second)}"
        return f"{tongue.number(whole)} {tongue.conjunction} {said}" if whole else said

    pattern = r"(?<![\w/.,])(?:(\d{1,3})(?: (?=\d/)| ?(?=[½⅓⅔¼¾])))?([½⅓⅔¼¾]|\d{1,4}/\d{1,4})(?![\w/]|[.,]\d)"
    return re.compile(pattern), words


def _range(tongue: Tongue) -> _Rule:
    signs = _alternatives(tongue.lexicon.currencies)
    pattern = re.compile(rf"(?<=[\d%]) ?[\u2013-] ?(?=(?:{signs})?\d)")
    return pattern, lambda _m: f" {tongue.to} "


def _money(tongue: Tongue) -> list[_Rule]:
    signs, scales = _alternatives(tongue.lexicon.currencies), _alternatives(tongue.lexicon.scales)
    amount = rf"(?P<number>{tongue.pattern})(?: ?(?P<scale>{scales})(?!\w))?"
    before = re.compile(rf"(?<!\w)(?P<sign>{signs}) ?{amount}")
    after = re.compile(rf"(?<![\w.,]){amount} ?(?P<sign>{signs})(?!\w)")

    def words(match: re.Match[str]) -> str:
        return _price(tongue, match["number"], match["scale"], tongue.lexicon.currencies[match["sign"]])

    return [(before, words), (after, words)]


def _price(tongue: Tongue, number: str, scale: str | None, currency: Unit) -> str:
    whole, fraction = tongue.parts(number)
    if scale:
        one, many = tongue.lexicon.scales[scale]
        joint = f"{tongue.of} " if tongue.of and one != "mil" else ""
        return f"{tongue.number(number)} {one if number == '1' else many} {joint}{currency.many}"
    if len(fraction) != 2 or currency.hundredth is None:
        return _counted(tongue, number, currency)
    main, cents = _counted(tongue, whole, currency), int(fraction)
    if cents == 0:
        return main
    small = f"{tongue.cardinal(cents)} {currency.hundredth[cents != 1]}"
    return f"{main} {tongue.conjunction} {small}" if int(whole) else small


def _counted(tongue: Tongue, number: str, unit: Unit) -> str:
    whole, fraction = tongue.parts(number)
    one = whole.lstrip("0") == "1" and not fraction
    million = not fraction and len(whole) > 6 and int(whole[-18:]) % 10**6 == 0
    joint = f"{tongue.of} " if tongue.of and million else ""
    return f"{tongue.number(number, feminine=unit.feminine)} {joint}{unit.one if one else unit.many}"


def _measure(tongue: Tongue) -> _Rule:
    units = _alternatives(tongue.lexicon.units)
    pattern = re.compile(rf"(?<![\w.,])(?P<minus>[-\u2212])?(?P<number>{tongue.pattern}) ?(?P<unit>{units})(?![\w/²³])")

    def words(match: re.Match[str]) -> str:
        minus = f"{tongue.minus} " if match["minus"] else ""
        return minus + _counted(tongue, match["number"], tongue.lexicon.units[match["unit"]])

    return pattern, words


def _plain(tongue: Tongue) -> _Rule:
    pattern = re.compile(
        rf"(?:(?<![\w)])(?P<minus>[-\u2212]))?(?P<number>{tongue.pattern})(?=(?:\s+(?P<next>[^\W\d_]+))?)"
    )

    def words(match: re.Match[str]) -> str:
        minus = f"{tongue.minus} " if match["minus"] else ""
        feminine = tongue.is_feminine(match["next"] or "", one=match["number"] == "1")
        return minus + tongue.number(match["number"], feminine=feminine)

    return pattern, words
