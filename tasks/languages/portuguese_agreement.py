"""Genders in Portuguese: which nouns are feminine, and what follows them."""

from __future__ import annotations

import re
from typing import Final

from tasks.languages.agreement import Genders

_FEMININE = re.compile(
    r".*(?:a|ã|ção|ções|são|sões|ião|iões|dade|dades|gem|gens|tude|tudes|ice|as|ez|eza|ite|ase|ise|ose)|mãe|mulher|lei|fé|voz"
    r"|noite|tarde|parte|arte|morte|sorte|fonte|ponte|carne|mente|gente|rede|sede|saúde|luz|cruz|paz|mão|base|classe"
    r"|frase|chave|nave|neve|febre|flor|cor|dor|ordem|origem|equipe|web|internet"
)
_MASCULINE = re.compile(
    r".*(?:grama|gramas|ema|emas|oma|omas|fantasma)|dia|dias|mapa|mapas|planeta|planetas|cometa|sofá|chá|pijama|guarda"
    r"|avião|aviões|campeão|espião|atlas|lápis|país|mês|gás|mais|vírus|ônibus|pires|tênis"
)
_DETERMINERS: Final = """
    o/a os/as um/uma uns/umas do/da dos/das no/na nos/nas ao/à aos/às pelo/pela pelos/pelas num/numa nuns/numas
    dum/duma este/esta estes/estas esse/essa esses/essas aquele/aquela aqueles/aquelas deste/desta destes/destas
    desse/dessa desses/dessas daquele/daquela neste/nesta nestes/nestas nesse/nessa nesses/nessas naquele/naquela
    àquele/àquela meu/minha meus/minhas teu/tua teus/tuas seu/sua seus/suas nosso/nossa nossos/nossas vosso/vossa
    vossos/vossas algum/alguma alguns/algumas nenhum/nenhuma todo/toda todos/todas outro/outra outros/outras
    muito/muita muitos/muitas pouco/pouca poucos/poucas quanto/quanta tanto/tanta mesmo/mesma mesmos/mesmas cujo/cuja
    ambos/ambas dois/duas
"""
_COPULAS: Final = """
    é são foi foram era eram será serão está estão estava estavam fica ficou ficaram ser já não muito
"""


def _feminine(noun: str) -> bool:
    return bool(_FEMININE.fullmatch(noun)) and not _MASCULINE.fullmatch(noun)


AGREEMENT: Final = Genders(
    feminine=_feminine,
    determiners=tuple((one, other) for one, _, other in (pair.partition("/") for pair in _DETERMINERS.split())),
    adjectives=re.compile(
        r".{2,}(?:[aei]d|ári|óri|os|iv|[éíáóâêô]n?ic|l?ic|[ií]n|err|enh)[oa]s?|(?:abert|feit|escrit|nov|pequen|long|curt"
        r"|públic|chei|pront|alt|baix|car|barat|últim|próxim|cert)[oa]s?|boa|bom|bons|boas|má|mau"
    ),
    endings=(("bons", "boas"), ("bom", "boa"), ("mau", "má"), ("os", "as"), ("o", "a")),
    before=re.compile(
        r"(?:últim|próxim|primeir|segund|terceir|nov|velh|pequen|long|curt|antig|sext|quart|quint|únic|própri|vári"
        r"|divers|cert|alt|verdadeir)[oa]s?|bom|boa|bons|boas|mau|má|maus|más|grande|grandes|maior|menor|melhor"
    ),
    copulas=frozenset(_COPULAS.split()),
)
