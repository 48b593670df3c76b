"""The rule that a spoken language is one file, and what a new one gets."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from itertools import combinations
from typing import Any, Final

import pytest

from ops.harness.web_server import ROOT
from tasks.engines.translation.nllb import FLORES
from tasks.engines.tts import espeak_program
from tasks.languages import FIRST_LANGUAGES, LANGUAGES, described
from tasks.languages.pairs import ALWAYS
from tasks.models.catalogue import KOKORO, MODELS

DATA_OF_LANGUAGES: Final = (
    "tasks/languages/",
    "tasks/models/",  # which languages a model is for is a fact about the model
    "app/i18n/catalogues/",  # the languages of the pages
    "app/media/sfu/node_modules/",
    "templates/front.html",  # a fixed conversation that shows what the product does
)
TESTS: Final = ("app/media/sfu/test/", "app/media/sfu/testing/")
IN_MARKUP: Final = re.compile(r"""["'](?:pt|vi)["']""")


def test_no_other_product_file_names_a_language() -> None:
    found = []
    for folder in ("app", "tasks", "templates", "static/src"):
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix not in {".py", ".js", ".html", ".j2"} or name.startswith((*DATA_OF_LANGUAGES, *TESTS)):
                continue
            text = path.read_text(encoding="utf-8")
            named = _constants(text) if path.suffix == ".py" else bool(IN_MARKUP.search(text))
            found += [name] if named else []
    assert found == [], "what these know of a language belongs into its file in tasks/languages"


def _constants(source: str) -> bool:
    constants = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return any(value in ("pt", "vi") for value in constants)


def test_they_are_pure_data() -> None:
    def modules(statement: str) -> set[str]:
        code = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
        output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        return set(json.loads(output))

    loaded = modules("import tasks.languages, tasks.languages.pairs, tasks.languages.phrases") - modules("pass")
    others = {name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names}
    assert {name for name in others if not name.startswith("tasks.languages")} == {"tasks"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_can_be_chosen_heard_and_translated(code: str) -> None:
    language = LANGUAGES[code]
    assert language.code == code
    assert language.own_name != language.english_name or code == "en"
    assert language.recognition is not None
    assert language.engines.nllb in FLORES.values()
    assert language.samples.level
    assert language.written.decimal in {".", ","}


@pytest.mark.parametrize("code", [code for code, known in LANGUAGES.items() if known.engines.espeak])
def test_espeak_says_the_digits_of_each_that_it_speaks(code: str) -> None:
    for voice in LANGUAGES[code].engines.espeak:
        digits = espeak_program.phonemes("1 2 3", voice)
        assert len(digits.split()) == 3, digits


@pytest.mark.parametrize("code", FIRST_LANGUAGES)
def test_each_of_the_first_is_complete_in_itself(code: str) -> None:
    language = LANGUAGES[code]
    assert len(language.written.small) == 13
    assert language.spoken is not None
    assert language.spoken.decimal == language.written.decimal
    assert language.drafts is not None
    english = LANGUAGES["en"].drafts
    assert english is not None
    assert len(language.drafts.examples) == len(english.examples)
    assert set(language.engines.kokoro) <= {file.name.removesuffix(".bin") for file in KOKORO.files}
    assert bool(language.engines.kokoro) == bool(language.engines.kokoro_sample)


def test_no_letter_is_two_languages_own() -> None:
    for one, other in combinations(LANGUAGES.values(), 2):
        assert not set(one.traits.own_letters) & set(other.traits.own_letters)


def test_the_pair_that_is_always_there_is_the_one_that_is_installed_by_default() -> None:
    default = {pair for model in MODELS if model.kind == "translate" and model.default for pair in model.languages}
    assert {f"{source}>{target}" for source, target in ALWAYS} == default


def test_of_an_unknown_language_nothing_is_known_but_its_code() -> None:
    unknown = described("xx")
    assert (unknown.own_name, unknown.spoken, unknown.recognition, unknown.drafts) == ("xx", None, None, None)


@pytest.fixture(scope="module")
def catalan() -> dict[str, Any]:
    """What every part makes of a language that came with one module, in a process that started with it."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.support.started_with_catalan"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def test_one_file_makes_a_language_that_people_can_choose(catalan: dict[str, Any]) -> None:
    assert catalan["entering"] == {}
    assert '<option value="ca" lang="ca" selected>Català</option>' in catalan["listed"]


def test_it_adds_no_language_of_the_pages(catalan: dict[str, Any]) -> None:
    assert catalan["interface"]


def test_its_text_is_cut_spoken_and_told_apart(catalan: dict[str, Any]) -> None:
    assert catalan["sentences"] == ["Viu al núm. 5 del carrer.", "Bé."]
    assert catalan["clauses"][1].startswith("però")
    assert catalan["speakable"] == (
        "Costa vint-i-cinc euros i cinquanta cèntims i són cent vint quilòmetres, dos sobre tres."
    )
    assert catalan["phantoms"] == [True, False]
    assert catalan["language"] == "it looks like English"
    assert catalan["detected"] == "ca"


def test_it_is_translated_and_drafted(catalan: dict[str, Any]) -> None:
    assert catalan["drafts"] == [True, 9, True]
    assert "refusal" in catalan["refused"]
    assert catalan["numbers"] == [[], "1.250,5"]


def test_a_part_that_it_lacks_is_done_without(catalan: dict[str, Any]) -> None:
    assert catalan["digits"] == "vint-i-cinc"


@pytest.mark.model  # among those that are installed
def test_engines_are_chosen_for_it(catalan: dict[str, Any]) -> None:
    assert catalan["codes"] == ["cat_Latn", "ca"]
    assert catalan["chosen"] == ["espeak-ng", "whisper-base", "nllb-200-600m"]
