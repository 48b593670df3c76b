"""Indonesian, as far as engines need it."""

from __future__ import annotations

from typing import Final

from tasks.languages.language import EngineCodes, Language, Recognition, Samples, SentenceRules
from tasks.languages.spoken_rules import words
from tasks.languages.written_numbers import WrittenNumbers

INDONESIAN: Final = Language(
    code="id",
    own_name="Bahasa Indonesia",
    english_name="Indonesian",
    samples=Samples(
        level="Selamat pagi. Kami senang Anda bisa datang.",
        speed="Kami ingin mengundang Anda ke rapat kami pada Kamis pagi.",
    ),
    engines=EngineCodes(espeak=("id", "id+f3"), espeak_unclear=True, gtts="id", nllb="ind_Latn"),
    recognition=Recognition(tokens_a_second=8.0),
    sentences=SentenceRules(
        abbreviations=frozenset(words("bpk sdr dll dsb")),
        clause_beginners=frozenset(words("tetapi karena ketika bahwa yang kalau jika dan atau sementara")),
        paused_before=frozenset(words("tetapi karena ketika bahwa yang kalau jika dan atau sementara untuk")),
    ),
    written=WrittenNumbers(decimal=","),
)
