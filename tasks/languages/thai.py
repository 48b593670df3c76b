"""Thai, as far as engines need it."""

from __future__ import annotations

from typing import Final

from tasks.languages.language import EngineCodes, Language, Recognition, Samples, SentenceRules
from tasks.languages.written_numbers import WrittenNumbers

THAI: Final = Language(
    code="th",
    own_name="ไทย",
    english_name="Thai",
    samples=Samples(
        level="สวัสดีครับ ยินดีที่ได้พบทุกคน",
    ),
    engines=EngineCodes(gtts="th", nllb="tha_Thai"),
    recognition=Recognition(tokens_a_second=25.0),
    sentences=SentenceRules(
        spaced=False,
    ),
    written=WrittenNumbers(decimal="."),
)
