"""Run as a program: starts with Catalan among the languages, and prints as JSON what every part makes of it."""

# ruff: noqa: E402 - the language comes first, as if it stood in the list

from __future__ import annotations

import json
from typing import Any, cast

from tasks.languages import LANGUAGES
from tasks.languages.language import Language
from tests.support.catalan import CATALAN

cast("dict[str, Language]", LANGUAGES)["ca"] = CATALAN

from app.i18n.catalogue import INTERFACE
from app.rooms.forms import JoinForm
from app.web.assets import Assets
from app.web.templates import create_environment
from tasks import offers
from tasks.engines import choose
from tasks.engines.description import Offer
from tasks.engines.kinds import Kind
from tasks.engines.stt.phantoms import is_phantom
from tasks.engines.text.detect import detect
from tasks.engines.translation import numbers
from tasks.engines.translation.llm.guards import objection
from tasks.engines.translation.llm.languages import ALL_PAIRS, wrong_language
from tasks.engines.translation.llm.prompt import prompt
from tasks.engines.translation.llm.spelled import in_digits
from tasks.engines.translation.nllb import FLORES
from tasks.engines.tts import espeak_program
from tasks.engines.tts.speakable import speakable
from tasks.languages.sentences import clauses, sentences
from tasks.models.translators import NLLB
from tests.support.offers import described

FIELD = '{% import "partials/forms.html" as forms %}{{ forms.language("speak", "Speak", "ca", {}) }}'
OURS = "subtítols de la comunitat d'Amara.org"


def report() -> dict[str, Any]:
    """What is to be compared, by what it is about."""
    environment = create_environment(Assets())
    shown: dict[str, Any] = dict(environment.globals)
    told = prompt("en", "ca").instructions
    nllb = Offer(NLLB.name, described("nllb-ct2"), frozenset(NLLB.languages))
    asked = [("ca", offers.listed(Kind.TTS)), ("ca", offers.listed(Kind.STT)), ("ca>en", [nllb])]
    best = [choose.best(wanted, offered, {}) for wanted, offered in asked]
    return {
        "entering": JoinForm.parse({"name": "Ona", "speak": "ca", "read": "ca", "hear": "ca"}).errors,
        "listed": environment.from_string(FIELD).render(),
        "interface": list(INTERFACE) == list(shown["interface"]) and "ca" not in INTERFACE,
        "sentences": sentences("Viu al núm. 5 del carrer. Bé."),
        "clauses": clauses("Volia venir a sopar amb tots vosaltres ahir però no vaig poder", "ca", lengths=(46,)),
        "speakable": speakable("Costa 25,50 € i són 120 km, 2/3.", "ca"),
        "phantoms": [is_phantom(OURS, language, 0.0) for language in ("ca", "en")],
        "drafts": [("ca", "vi") in ALL_PAIRS, len(prompt("ca", "vi").examples), "into Catalan" in told],
        "language": wrong_language("Gràcies", "thanks because of the", "ca"),
        "refused": objection("Where are they?", "No puc traduir això.", ("en", "ca"), told, []),
        "numbers": [numbers.lost("3 dogs", "tres gossos", "en", "ca"), numbers.localised("1,250.5", "en", "ca")],
        "digits": in_digits("vint-i-cinc", "ca"),
        "detected": next(iter(detect("El gat és a la cuina perquè avui fa massa fred per sortir al carrer."))),
        "codes": [FLORES["ca"], espeak_program.VOICES["ca"][0]],
        "chosen": [offer.name if offer else None for offer in best],
    }


if __name__ == "__main__":
    print(json.dumps(report()))
