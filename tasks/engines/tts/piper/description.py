"""What a Piper voice says of itself: the file `NAME.onnx.json` beside its network `NAME.onnx`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tasks.engines.base import EngineError

Count = Annotated[int, Meta(ge=0)]
Scale = Annotated[float, Meta(ge=0, le=10)]


class Sound(msgspec.Struct, frozen=True):
    """What comes out."""

    sample_rate: Annotated[int, Meta(ge=8_000, le=48_000)]


class Espeak(msgspec.Struct, frozen=True):
    """Where the phonemes that it was trained with came from."""

    voice: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{1,30}$")]


class Scales(msgspec.Struct, frozen=True):
    """How it is spoken with."""

    noise_scale: Scale = 0.667
    """How much utterances of one text differ in sound."""
    length_scale: Scale = 1.0
    """Slowness."""
    noise_w: Scale = 0.8
    """How much utterances of one text differ in rhythm."""


class Voice(msgspec.Struct, frozen=True):
    """The file."""

    audio: Sound
    espeak: Espeak
    phoneme_id_map: dict[str, list[Count]]
    """Code point → the ids that stand for it; "^" begins, "$" ends, "_" comes after each."""
    phoneme_type: Literal["espeak"] = "espeak"
    """Others take letters, or phonemes of makers of their own."""
    inference: Scales = Scales()
    speaker_id_map: dict[str, Count] = {}
    dataset: str = ""


def read(folder: Path) -> tuple[Path, Voice]:
    """The network in a folder, and its description.

    Raises:
        EngineError: the folder does not hold exactly one Piper voice that is spoken through espeak-ng.
    """
    models = sorted(folder.glob("*.onnx"))
    if len(models) != 1:
        raise EngineError(f"{folder} holds {len(models)} .onnx files; a Piper voice is a folder with one and its .json")
    name = f"{models[0].name}.json"
    try:
        voice = msgspec.json.decode((folder / name).read_bytes(), type=Voice)
    except OSError as error:
        raise EngineError(f"{name}, the description of the Piper voice, cannot be read: {error}") from error
    except msgspec.DecodeError as error:
        raise EngineError(
            f"{name} does not describe a Piper voice that is spoken through espeak-ng: {error}"
        ) from error
    if not {"^", "_", "$"} <= voice.phoneme_id_map.keys():
        raise EngineError(f"{name} does not describe a Piper voice: it has no ids for where speech begins and ends")
    return models[0], voice
