"""What drafts into and from English must not change."""

from __future__ import annotations

from typing import Final

from tasks.languages.draft_facts import NOT, Denials, DraftFacts, Fact
from tasks.languages.facts.english_words import WORDS

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "April", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_EACH: Final = "(a|the|each|every|your)"
_COUNT: Final = r"(\d+)"
_UNIT: Final = "(litre|liter|day|week|month|year|mile|metre|meter|kilo|spoonful|tablet|pill)"
_MINUTES: Final = "five|ten|5|10|20|25"
_AFTER_TIMES: Final = r"(?=[,.;?!]|$| (?:in|on|every|not|and|or|but|sharp|today|tonight|tomorrow)\b)"
"""At "five to ten people" it is no time of day."""
_MEN: Final = (
    "man|guy|boy|father|dad|brother|son|husband|uncle|doctor|teacher|boss|friend|mr|sir|grandfather|person|driver"
    "|patient"
)
_WOMEN: Final = (
    "woman|lady|girl|mother|mum|mom|sister|daughter|wife|aunt|doctor|teacher|boss|friend|mrs|ms|miss|grandmother|person"
    "|nurse|patient|baby|child"
)
_NAME: Final = r"(?-i:(?<=\w )[A-Z][a-z]+|\bTom\b|\bMary\b)"

FACTS: Final = DraftFacts(
    denials=Denials(
        said=r"\b(not|no|never|none|nobody|nothing|nowhere|neither|nor|cannot|without)\b|n['\u2019]t\b",
        idle=(
            r"\bnot only\b|\bor not\b|\bno matter\b|\bno doubt\b|\bwhy not\b|\bnot until\b|\bno sooner\b|\bno\. ?\d"
            r"|\bwhy (do|does|did)n['\u2019]t\b|, (\w+n['\u2019]t|\w+) (\w+)\?|, (right|no)\?|can(no|['\u2019])t help"
            r"|^(are|is|was|were|do|does|did|have|has|can|could|would|will)n['\u2019]t\b|\bcouldn['\u2019]t \w+ more\b"
        ),
        kept=(
            r"\b(hardly|barely|scarcely|rarely|seldom|few|little|fail\w*|refus\w+|lack\w*|stop\w*|avoid\w*|forb\w+|"
            r"prohibit\w*|den(y|ied|ies)|unless|except|instead|impossible|missing|ban(s|ned)?|prevent\w*|less|lose|lost|"
            r"un(?!der|til|cle|ite|ion|iv|iq|less)\w+|in(capable|ability|visible|valid|correct)|dis\w+|illegal|empty|"
            r"only|out of|at most|maximum|free of|keep from|rather than|otherwise|yet|than|hate\w*|miss(ed|es)?)\b"
        ),
    ),
    facts={
        "dollar": Fact(r"\$|\bdollars?\b|\busd\b|\bbucks\b"),
        "cent": Fact(r"# ?cents?\b|¢"),
        "euro": Fact(r"€|\beuros?\b|\beur\b"),
        "dong": Fact(r"₫|\bdongs?\b|\bvnd\b|\bđồng\b"),
        "yen": Fact(r"¥|\byen\b"),
        "pound": Fact(r"£|# ?(pounds?|lbs?|quid)\b", r"£|\bpounds?\b|\blbs?\b|\bquid\b|\bgbp\b"),
        "percent": Fact(r"%|\bper ?cent\b"),
        "kilogram": Fact(r"# ?(kg|kgs|kilos?|kilogram(me)?s?)\b", r"\b(kgs?|kilos?|kilogram(me)?s?)\b|\dkg"),
        "gram": Fact(r"# ?(g|grams?|grammes?)\b", r"\b(g|grams?|grammes?)\b|\dg\b"),
        "milligram": Fact(r"# ?(mg|milligram(me)?s?)\b", r"\b(mg|milligram(me)?s?)\b|\dmg"),
        "millilitre": Fact(r"# ?(ml|millilit(er|re)s?)\b", r"\b(ml|cc|millilit(er|re)s?)\b|\dml"),
        "litre": Fact(r"# ?(l|lit(er|re)s?)\b", r"\b(l|lit(er|re)s?)\b|\dl\b"),
        "kilometre": Fact(r"# ?(km|kms|kilomet(er|re)s?)\b", r"\b(kms?|kilomet(er|re)s?|kph)\b|\dkm"),
        "metre": Fact(r"# ?(m|met(er|re)s?)\b", r"\b(m|met(er|re)s?)\b|\dm\b"),
        "centimetre": Fact(r"# ?(cm|centimet(er|re)s?)\b", r"\b(cm|centimet(er|re)s?)\b|\dcm"),
        "mile": Fact(r"# ?miles?\b", r"\b(miles?|mi|mph)\b"),
        "degree": Fact(r"°|# ?degrees?\b", r"°|\bdegrees?\b"),
        "second": Fact(r"# ?seconds?\b", r"\bseconds?\b"),
        "minute": Fact(r"# ?(minutes?|mins?)\b", r"\b(minutes?|mins?)\b|\d:\d\d"),
        "hour": Fact(r"# ?(hours?|hrs?)\b|\b(an|half an) hour\b", r"\b(hours?|hourly|hrs?)\b"),
        "day": Fact(r"# ?days?\b", r"\b(days?|daily|nights?)\b"),
        "week": Fact(r"# ?weeks?\b", r"\b(weeks?|weekly|fortnight)\b"),
        "month": Fact(r"# ?months?\b", r"\b(months?|monthly)\b"),
        "year": Fact(r"# ?years?\b", r"\b(years?|yearly|annual|decades?|age|aged|century)\b|year-old"),
        "in the morning": Fact(
            r"# ?a\.?m\b|\b(in the|yesterday|tomorrow|this) morning\b", r"a\.?m\b|\bmorning\b|\bdawn\b"
        ),
        "later than noon": Fact(
            r"# ?p\.?m\b|\bin the (afternoon|evening)\b|# (o'clock )?at night\b",
            r"p\.?m\b|\b(afternoon|evening|night|tonight|noon|midnight)\b|\b(1[2-9]|2[0-3])\b",
        ),
        "half": Fact(
            r"\bhalf past\b|\band a half\b|\d:30\b"
            r"|\bhalf an? (hour|tablet|pill|year|month|day|(tea|table)?spoon\w*|glass|cup|kilo|lit(er|re))\b",
            r"\bhalf\b|30|thirty|[.,]5\b|\bmidnight\b|\bmid\b|\bsix months\b",
        ),
        "quarter": Fact(r"\bquarter (past|to|of an hour)\b", r"\bquarters?\b|15|45|fifteen"),
        "tablet": Fact(
            r"# ?(tablets?|pills?|capsules?)\b", r"\b(tablets?|pills?|capsules?|caplets?|medicine|drugs?)\b"
        ),
        "times": Fact(r"# times?\b(?! (as|more|less|larger|bigger))", r"\b(times?|once|twice|thrice|doses?)\b"),
        "a day": Fact(
            r"\b(times|once|twice) (a|per|each|every) day\b|\bdaily\b",
            r"\bdays?\b|\bdaily\b|\bdiurnal\b|\bevery (morning|evening|night)\b",
        ),
        "before meals": Fact(
            rf"\bbefore ({_EACH} )?(meals?|eating|food)\b", r"\bbefore ([\w']+ ){0,2}(meals?|eat\w*|food)\b"
        ),
        "after meals": Fact(
            rf"\bafter ({_EACH} )?(meals?|eating|food)\b", r"\bafter ([\w']+ ){0,2}(meals?|eat\w*|food)\b"
        ),
        "at least": Fact(
            r"\bat least\b", r"\bat least\b|\bminimum\b|\bor more\b|\bno (less|fewer) than\b|\bmore than\b"
        ),
        "at most": Fact(
            r"\bat most\b|\b(no|not) more than\b",
            r"\bat most\b|\bmore than\b|\bmaximum\b|\bup to\b|\bexceed\w*\b|\bover\b|\bwithin\b|\bbeyond\b|\bthan\b",
        ),
        "he": Fact(r"\b(he|him)\b", rf"\b(he|him|his|himself|one|who|they|them|their|it|{_MEN})\b|{_NAME}", "he"),
        "she": Fact(r"\b(she|her)\b", rf"\b(she|hers?|herself|one|who|they|them|their|it|{_WOMEN})\b|{_NAME}", "she"),
        "tomorrow": Fact(r"(?<!day after )\btomorrow\b", r"\btomorrow\b", "tomorrow"),
        "yesterday": Fact(
            r"(?<!day before )\byesterday\b|\blast night\b",
            r"\byesterday\b|\blast (night|evening)\b|\bthe other day\b",
            "yesterday",
        ),
        "today": Fact(
            r"\btoday\b", r"\b(today|tonight|now|nowadays|this (morning|afternoon|evening)|modern|current\w*)\b"
        ),
        **{day: Fact(rf"\b{day}s?\b", hint=day) for day in _DAYS},
        **{month: Fact(rf"\b{month}\b", hint=month) for month in _MONTHS},
        "March": Fact(r"(?-i:(?<=\w )March)\b|\bmarch \d", r"\bmarch\b"),
        "May": Fact(r"\b(in|of|last|next) (?-i:May)\b|\b(?-i:May) \d|\d (?-i:May)\b", r"\bmay\b"),
    },
    words=WORDS,
    pointed={
        NOT: "not", "dollar": "dollars", "cent": "cents", "euro": "euros", "dong": "dong", "yen": "yen",
        "percent": "percent", "kilogram": "kg", "gram": "grams", "milligram": "mg", "millilitre": "ml",
        "litre": "litres", "kilometre": "km", "metre": "metres", "centimetre": "cm", "mile": "miles",
        "degree": "degrees", "second": "seconds", "minute": "minutes", "hour": "hours", "day": "days",
        "week": "weeks", "month": "months", "year": "years", "in the morning": "in the morning", "half": "half",
        "tablet": "tablets", "times": "times", "a day": "a day", "before meals": "before meals",
        "after meals": "after meals", "at least": "at least", "at most": "at most", "today": "today",
    },
    plainer=(
        (r"\b(?:an|one|1) hour and a half\b", "1 hour 30 minutes"),
        (rf"\b{_COUNT} hours and a half\b|\b{_COUNT} and a half hours\b", r"\1\2 hours 30 minutes"),
        (r"\b(?:a|one|1) and a half hours\b", "1 hour 30 minutes"),
        (rf"\b(?:a|one|1) and a half {_UNIT}s?\b", r"1.5 \1s"),
        (r"\bhalf an hour\b", "30 minutes"),
        (rf"\b(?:a|one|1) {_UNIT} and a half\b", r"1.5 \1s"),
        (rf"\b{_COUNT} and a half {_UNIT}s?\b", r"\1.5 \2s"),
        (r"\bcentimet(?:er|re)s?\b", "cm"),
        (r"\bkilomet(?:er|re)s?\b", "km"),
        (r"\b(?:kilos?|kilogram(?:me)?s?)\b", "kg"),
        (r"\bmilligram(?:me)?s?\b", "mg"),
        (r"\bmillilit(?:er|re)s?\b", "ml"),
        (r"\b(\d+) o'clock\b", r"\1:00"),
        (r"\btwice a day\b", "2 times a day"),
        (r"\bonce a day\b", "1 time a day"),
    ),
    clock=(
        (r"half past (\w+)", 30),
        (r"(?:a )?quarter past (\w+)", 15),
        (r"(?:a )?quarter to (\w+)", -15),
        (rf"(?<=\bat )(?=\w+ to (\w+))({_MINUTES}) to \w+{_AFTER_TIMES}", -1),
        (rf"(?<=\bat )(?=\w+ past (\w+))({_MINUTES}) past \w+{_AFTER_TIMES}", 1),
    ),
    counted=r"(?! of\b|-)",
)  # fmt: skip
