"""What the files of a model are called, for models whose makers' list of files nobody here has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tasks.models.spec import Format, Kind, Model, ModelError, ModelFile, Progress, Source, SourceError

_VOCABULARIES: Final = ("shared_vocabulary", "source_vocabulary", "target_vocabulary", "vocabulary")
_CT2: Final = ("model.bin", "config.json", *(f"{name}.{end}" for name in _VOCABULARIES for end in ("json", "txt")))


@dataclass(frozen=True)
class Shape:
    """How a folder of one format is known, and what is taken from it."""

    format: Format
    kind: Kind
    marks: tuple[str, ...]
    """Files that no other format has beside `model.bin`."""
    files: tuple[str, ...]
    """Every file that an engine could read."""

    def knows(self, names: Mapping[str, object] | set[str]) -> bool:
        """Whether a folder with files of these names is of this format."""
        return all(name in names for name in ("model.bin", *self.marks))


SHAPES: Final = (
    Shape("opus-ct2", "translate", ("source.spm", "target.spm"), (*_CT2, "source.spm", "target.spm")),
    Shape("nllb-ct2", "translate", ("sentencepiece.bpe.model",), (*_CT2, "sentencepiece.bpe.model")),
    Shape("envit5-ct2", "translate", ("spiece.model",), (*_CT2, "spiece.model")),
    Shape("bergamot", "translate", ("lex.bin",), ("model.bin", "lex.bin", "vocab.spm", "srcvocab.spm", "trgvocab.spm")),
    Shape("whisper-ct2", "stt", ("tokenizer.json",), (*_CT2, "tokenizer.json", "preprocessor_config.json")),
)


def learn(model: Model, sources: Sequence[Source], progress: Progress) -> tuple[ModelFile, ...]:
    """The files of a model whose list is not known, from the first source that can tell.

    Raises:
        ModelError: no source can; the message gives each reason.
    """
    shape = next(shape for shape in SHAPES if shape.format == model.format)
    reasons: list[str] = []
    for source in sources:
        try:
            found = {file.name: file for file in source.listing(model.name) if file.name in shape.files}
        except (SourceError, OSError) as error:
            reasons.append(f"{source.label}: {error}")
            continue
        most = ModelFile(model.name, None, model.about).limit
        if sum(file.size for file in found.values()) > most:
            reasons.append(f"{source.label}: refused, it lists more than {most} bytes")
        elif shape.knows(found):
            progress(f"{model.name}: {source.label} lists {', '.join(found)}")
            return tuple(found.values())
        else:
            needed = ", ".join(("model.bin", *shape.marks))
            reasons.append(f"{source.label}: of {needed} it has {', '.join(found) or 'nothing'}")
    why = "".join(f"\n  {reason}" for reason in reasons) or "\n  no source could tell"
    raise ModelError(
        f"{model.name} cannot be installed, no source lists its files:{why}\n"
        f"Put the files of {model.origin} into MODELS_FOLDER/{model.name}/ or fix the source above."
    )
