"""Everyday English words that a draft must not turn into others, by the names that they have in every language."""

from __future__ import annotations

from itertools import starmap
from typing import Final

from tasks.languages.draft_facts import Fact


def _said(words: dict[str, str]) -> dict[str, Fact]:
    """Of patterns in the form "words that say it; further words that may stand for it"."""
    return dict(starmap(_fact, words.items()))


def _fact(name: str, words: str) -> tuple[str, Fact]:
    said, _, more = words.partition("; ")
    return name, Fact(rf"\b({said})\b", rf"\b({said}|{more})\b" if more else "", name)


WORDS: Final = _said(
    {
        # illness
        "fever": "fever|feverish; temperature|febrile",
        "cough": "cough(s|ed|ing)?",
        "headache": "headaches?; head",
        "stomach ache": "stomach[- ]?aches?|stomach pains?; stomach|belly|tummy",
        "sore throat": "sore throat; throat",
        "dizzy": "dizzy|dizziness",
        "vomit": r"vomit\w*|threw up|throw(ing)? up; sick|nausea",
        "diarrhoea": "diarrho?ea",
        "pregnant": "pregnan(t|cy)",
        "allergic": r"allerg\w+",
        "diabetes": r"diabet\w+",
        "blood pressure": "blood pressure; hypertension|pressure",
        "surgery": r"operation|operated|surgery; surg\w+|operat\w+",
        "vaccine": r"vaccin\w+; shots?|inject\w+|jab",
        "prescription": r"prescriptions?; prescri\w+",
        "pharmacy": r"pharmacy|pharmacies|drugstores?; pharmac\w+|chemist\w*|drug",
        "antibiotics": "antibiotics?",
        "painkiller": "painkillers?",
        "medicine": r"medicines?|medications?; medic\w+|drugs?|pills?|tablets?|treat\w*|cure\w*|prescri\w*",
        "hospital": r"hospitals?; hospital\w*|clinic",
        "doctor": "doctors?; physicians?|dr|docs?|surgeons?",
        "nurse": "nurses?",
        "dentist": "dentists?; dental",
        "blood": r"blood(?! pressure); blood\w*|bleed\w*|bled",
        "infection": r"infect(ion|ed); infect\w+|contagio\w+",
        "half a tablet": "half a (tablet|pill); half",
        "tablets": "tablets?|pills?|capsules?; medicine|drugs?|caplets?",
        "drops": r"\d+ drops?",
        "half a teaspoon": r"half a teaspoon(ful)?; (half|0\.5|1/2) .{0,12}(spoon\w*|tsp)",
        "half a glass": r"half a (glass|cup); (half|0\.5|1/2) .{0,6}(glass|cup)|half[- ]full",
        "half a litre": r"half a lit(re|er); half|0\.5|1/2|500",
        "teaspoon": "teaspoons?",
        "injection": r"injections?; inject\w*|shots?|jabs?|vaccin\w*",
        "trouble breathing": r"(trouble|difficulty) breathing|short of breath; breath\w*",
        "chest pain": "chest pains?; chest",
        "faint": r"faint(s|ed)?|passed out; faint\w*|unconscious\w*|collaps\w+|conscious\w*",
        "left": "left(?= (eye|ear|arm|leg|hand|knee|foot))",
        "right": "right(?= (eye|ear|arm|leg|hand|knee|foot))",
        "wife": r"wife; wives|spouses?|married|couple|marri\w+",
        "husband": r"husbands?; spouses?|married|couple|marri\w+",
        "on an empty stomach": "empty stomach",
        "asthma": r"asthma; asthma\w*",
        "cancer": "cancer; tumou?rs?|cancerous",
        "ointment": "ointment",
        # ways and journeys
        "flight": "flights?; flew|fly|flying|plane|airline|air",
        "airport": "airports?",
        "passport": "passports?",
        "luggage": "luggage|baggage|suitcases?; bags?|suitcase",
        "ticket": "tickets?; fares?|admission",
        "bus": "bus(es)?",
        "taxi": "taxis?; cabs?",
        "train": r"(the|my|our|a|by|next|last) train(?! station); trains?|rail\w*|railway",
        "platform": "platforms?",
        "turn left": "turn(ing)? left; left",
        "turn right": "turn(ing)? right; right",
        "on the left": "(on|to) (the|your) left; left",
        "on the right": "(on|to) (the|your) right; right",
        "go straight": "straight (on|ahead)|(go|keep|drive|walk) straight; straight|directly|ahead",
        "bridge": "bridge",
        "ferry": r"ferry|ferries; ferr\w+|boats?|ships?",
        "motorbike": r"motorbikes?|motorcycles?; motor\w*|scooters?|bikes?",
        "park": r"park(?= (here|there|your|the car|in front))|parking; park\w*",
        "petrol": "petrol|gasoline; gas|fuel",
        "swim": r"swim(s|ming)?|swam; swim\w*|swum",
        "lift": "(the|a) (lift|elevator); lifts?|elevators?",
        "stairs": r"stairs|staircase; stair\w*|steps?|ladder",
        "reception": r"reception (desk|is)|at (the )?reception; recept\w+|front desk|lobby|counter",
        "hotel": r"hotels?; inns?|motels?|lodg\w+|accommodat\w+|resorts?|guesthouses?",
        "driving licence": "driver'?s? licen[cs]e|driving licen[cs]e; licen[cs]e",
        # money and agreements
        "refund": r"refund(s|ed)?; money back|reimburs\w+|return\w*|give back|gave back|repay|repaid",
        "deposit": r"deposit; deposit\w*|down payment",
        "rent": r"rent; rent\w*|leas\w+|hir\w+",
        "receipt": "receipts?; bills?|invoices?|slips?",
        "discount": r"discounts?; reduc\w+|off|cheap\w*|sales?|bargain|lower\w*|cut",
        "tax": r"tax(es)?; tax\w*|dut(y|ies)|tariffs?",
        "salary": r"salary|salaries|wages?; pay|paid|earn\w*|income|wage",
        "owe": "owe(s|d)?; debts?|indebted|loan|owing",
        "delivery": r"deliver(y|ies|ed|s)?; deliver\w*|ship\w*|hand\w*",
        "free of charge": "free of charge|for free|(is|are|was|were) free; free|complimentary|gratis|no (charge|cost)",
        "contract": r"contracts?; contract\w*|agreement",
        "appointment": r"appointments?; appoint\w*|date|meet\w*",
        "meeting": r"meetings?; meet\w*|conferences?|sessions?|summit|met",
        "cancel": r"cancel\w*; called off|call off|scrap\w*|revok\w+|withdr\w+|annul\w*|abort\w*",
        "postpone": r"postpon\w+|put off; delay\w*|defer\w*|reschedul\w+|suspend\w*|put .{1,12} off",
        "pay": r"pay(s|ing)?|paid; pay\w*|cost\w*|spen[dt]|settl\w+|afford|charg\w+|price|bill",
        "bank": "bank; banks|banking|bankers?",
        "cash": "cash; cash|money",
        "interest rate": r"interest rates?|the interest (is|of) \d\S*; interest|rates?",
        "lawyer": "lawyers?; attorneys?|counsel|solicitors?",
        "insurance": r"insurance; insur\w+",
        "password": "passwords?",
        # eating
        "breakfast": "breakfast; eat|morning",
        "lunch": r"lunch; lunch\w*|noon",
        "dinner": "dinner; supper|eat|meal|evening",
        "milk": "milk; dairy",
        "sugar": "sugar",
        "salt": r"salt; salt\w*",
        "peanuts": "peanuts?",
        "shrimp": "shrimps?|prawns?; lobsters?|crayfish",
        "pork": r"pork; pig\w*",
        "beef": "beef; cow|ox",
        "chicken": "chicken; chickens|hens?|poultry",
        "egg": "eggs?",
        "fridge": r"fridge|refrigerator; refrigerat\w*|freezer|cold|cool",
        "freeze": r"freez(e|es|ing)|frozen; freez\w*|froze|ice|icy",
        "shake": r"shake(?= (it|the|this|well|before)); shak\w+|shook|stir\w*",
        "chocolate": "chocolates?",
        "alcohol": r"alcohol; alcohol\w*|drink\w*|liquor|wine|beer|drunk|drank",
        # danger
        "police": r"police; cops?|officers?|sheriffs?|polic\w+",
        "ambulance": "ambulances?; ambulance",
        "emergency": r"emergency; urgen\w+|emergenc\w+",
        "accident": r"accidents?; accident\w*|crash\w*|incidents?|wreck",
        "dangerous": r"dangerous; danger\w*|risk\w*|hazard\w*|unsafe|threat\w*|serious",
        "poisonous": r"poison\w*; toxi\w+|venom\w*",
        "key": "keys?; lock|crucial",
        "locked": r"locked; lock\w*|shut",
        # days and hours
        "next week": "next week; coming|following|next",
        "last week": "last week; past|previous|ago|last",
        "next month": "next month; coming|following|next",
        "last month": "last month; past|previous|ago|last",
        "this morning": "this morning; morning",
        "tonight": "tonight|this evening; evening|night",
        "the day after tomorrow": "(the )?day after tomorrow; days?",
        "the day before yesterday": "(the )?day before yesterday; days?",
        "noon": "noon|midday|lunchtime; 12",
        "midnight": "midnight; night|12",
        "every other day": "every (other|second) day; day|days",
        # denials and limits
        "don't": (
            "(?<=[,;:.!] )(don['\u2019]t|do not)|^(please )?(don['\u2019]t|do not); not|never|no|stop|avoid|without|"
            r"\w+n['\u2019]t"
        ),
        "before": (
            r"before(?= (\d|noon|midnight|breakfast|lunch|dinner|bed|meals)); before|by|prior|until|till|ago|"
            "first|front|ahead|advance"
        ),
        "after": (
            r"after(?= (\d|noon|midnight|breakfast|lunch|dinner|meals|each|every)); after\w*|later|follow\w+|"
            r"when|once|since|then|in|behind|next|post\w*"
        ),
        "minus": r"minus(?= #); minus|below|negative|under|-\d+|\u2212\d+",
        "more than": (
            r"(?<!no )(?<!not )(more than|over|above)(?= #); more|over|above|exceed\w*|than|beyond|plus|up|"
            "upwards?|least"
        ),
        "please": "please; .",
        "told": (
            r"told|advised; said|says?|advis\w+|recommend\w*|ask\w*|tell\w*|instruct\w*|suggest\w*|according|"
            r"order\w*|warn\w*"
        ),
        "nobody": r"nobody|no one; none|not|no|never|neither|anybody|anyone|\w+n['\u2019]t",
        "never": r"never; not|no|ever|without|none|\w+n['\u2019]t",
        "must not": (
            "must ?n[o'\u2019]t|not allowed to;"
            " must ?n[o'\u2019]t|not allowed|can(no|'|\u2019)t|can not|could ?n[o'\u2019]t|"
            r"may not|should ?n[o'\u2019]t|not supposed|do not|don['\u2019]t|never|no \w+ing|forbid\w*|prohibit\w*|"
            "ban(ned)?|not permitted|unable|not able|isn['\u2019]t allowed|aren['\u2019]t allowed|shall not"
        ),
        "neither": r"neither; not|no|nor|both|either|none|\w+n['\u2019]t",
        "last night": "last night; yesterday evening|yesterday night|yesterday",
        "less than": r"less than|fewer than; less|fewer|under|below|not|within|no|\w+n['\u2019]t",
        "since": "since; from|after|ago|for|when|as",
        "until": "until; till|before|by|to|up|when|then",
    }
)
