"""A small real Argos package between English and another language, made in a second (`dictionary_model`)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tasks.languages import LANGUAGES
from tests.support.dictionary_model import SPACE, train_tokenizer, write_model

WORDS = {
    "hello": "xin chào",
    "thank you": "cảm ơn",
    "goodbye": "tạm biệt",
    "we": "chúng tôi",
    "meet": "gặp nhau",
    "tomorrow": "ngày mai",
    "at": "lúc",
    "hours": "giờ",
    "the hospital": "bệnh viện",
    "the doctor": "bác sĩ",
    "is": "ở",
    "in": "trong",
    "yes": "vâng",
    "no": "không",
    "my friend": "bạn tôi",
    "today": "hôm nay",
    "three": "ba",
}
"""English → Vietnamese; what is not here is copied, character by character."""


def build(folder: Path, source: str = "en", target: str = "vi", words: Mapping[str, str] = WORDS) -> Path:
    """Write the unpacked package `argos-SOURCE-TARGET` into `folder`; one of the languages is "en".

    Args:
        folder: where.
        source: language to translate from.
        target: language to translate into.
        words: English → the other language.
    """
    package = folder / f"argos-{source}-{target}"
    package.mkdir(parents=True)
    pairs = dict(words.items() if source == "en" else ((theirs, ours) for ours, theirs in words.items()))
    pieces = train_tokenizer([*pairs, *pairs.values()], package / "sentencepiece.model")
    dictionary = {_piece(word): _piece(translation) for word, translation in pairs.items()}
    write_model(package / "model", pieces, dictionary)
    metadata = {
        "package_version": "1.0",
        "argos_version": "1.9.0",
        "from_code": source,
        "from_name": LANGUAGES[source].english_name,
        "to_code": target,
        "to_name": LANGUAGES[target].english_name,
        "type": "translate",
    }
    (package / "metadata.json").write_text(json.dumps(metadata))
    return package


def pack(package: Path, archive: Path) -> Path:
    """`package` as an `.argosmodel` archive at `archive`."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for path in sorted(package.rglob("*")):
            if path.is_file():
                opened.write(path, f"translate-1_0/{path.relative_to(package)}")
    return archive


def _piece(word: str) -> str:
    return SPACE + word.replace(" ", SPACE)
