from __future__ import annotations

import unicodedata

import pytest

from tasks.languages.sentences import announced_in_full, clauses, joined, sentences

LONG_PT = (
    "Gostaríamos de convidar vocês para a nossa reunião na quinta-feira de manhã, porque há várias questões "
    "para discutir e decidir antes do fim do mês."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four… five", ["One.", "Two!", "Three?", "Four… five"]),
        (
            "Dr. Smith met J. K. Rowling at 3.30 p.m. yesterday.",
            ["Dr. Smith met J. K. Rowling at 3.30 p.m. yesterday."],
        ),
        ('He said "No." She left.', ['He said "No."', "She left."]),
        ("A Sra. Costa chegou. O Dr. Lima, não.", ["A Sra. Costa chegou.", "O Dr. Lima, não."]),
        ("  ", []),
        (
            "My room is No. 5. The U.S. Army left vol. 4 here.",
            ["My room is No. 5.", "The U.S. Army left vol. 4 here."],
        ),
        ("Come on Jan. 5. We open.", ["Come on Jan. 5.", "We open."]),
        ("Moro no apto. 12. Venha.", ["Moro no apto. 12.", "Venha."]),
        ("I live in the U.S. He does not.", ["I live in the U.S.", "He does not."]),
        ("See pp. 3 and fig. 7. Then go.", ["See pp. 3 and fig. 7.", "Then go."]),
        ("No. We don't.", ["No.", "We don't."]),
        ("He scored five. 5 minutes later he left.", ["He scored five.", "5 minutes later he left."]),
        ("Gen. Lee met Sen. Doe at Mt. Fuji.", ["Gen. Lee met Sen. Doe at Mt. Fuji."]),
        ("Art. 5 e cap. 2. Fim.", ["Art. 5 e cap. 2.", "Fim."]),
        ("Nhà ở Q. 1, P. 5. Cảm ơn.", ["Nhà ở Q. 1, P. 5.", "Cảm ơn."]),
        ("The E.U. Parliament met in the U.K. It was long.", ["The E.U. Parliament met in the U.K.", "It was long."]),
        ("Em dez. 12 e fev. 3. Sim.", ["Em dez. 12 e fev. 3.", "Sim."]),
        ('"Stop!" he said. "Why?" she asked.', ['"Stop!" he said.', '"Why?" she asked.']),
        ("\u201cNão!\u201d disse ela. \u201cVá.\u201d", ["\u201cNão!\u201d disse ela.", "\u201cVá.\u201d"]),
        ("He left (really?) at ten. Then she did.", ["He left (really?) at ten.", "Then she did."]),
        ("«Quoi?» dit-il. Rien.", ["«Quoi?» dit-il.", "Rien."]),
        ('She said "no." He left.', ['She said "no."', "He left."]),
        ("1. Open it. 2. Close it. 10. Go.", ["1. Open it.", "2. Close it.", "10. Go."]),
        ("We have 5. They have 6. So be it.", ["We have 5.", "They have 6.", "So be it."]),
        ("That was in 1998. 1999. It was not.", ["That was in 1998.", "1999.", "It was not."]),
        ("GS.TS. Lan đến. PGS.TS. Hoa nói. BS. An nghe.", ["GS.TS. Lan đến.", "PGS.TS. Hoa nói.", "BS. An nghe."]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "whole"),
    [
        ("en", "No. 5 is in vol. 4, p. 3.", "Number 5 is in volume 4, page 3."),
        ("en", "On Jan. 5 and sept. 7", "On January 5 and September 7"),
        ("en", "Say no. Five of us.", "Say no. Five of us."),
        ("en", "Rm. 12, ext. 40, apt. 3", "Room 12, extension 40, apartment 3"),
        ("pt", "Moro no apto. 12, bl. 3, nº 5.", "Moro no apartamento 12, bloco 3, número 5."),
        ("pt", "Cap. 2, págs. 3 a 5", "Capítulo 2, páginas 3 a 5"),
        ("pt", "em fev. 10", "em fevereiro 10"),
        ("vi", "Q.1, P. 5, tr. 7", "Quận 1, phường 5, trang 7"),
        ("de", "Nr. 5", "Nr. 5"),
    ],
)
def test_what_announces_a_number_is_written_in_full(language: str, text: str, whole: str) -> None:
    assert announced_in_full(text, language) == whole


@pytest.mark.parametrize(
    "text", [LONG_PT, "Sim. Não. Talvez amanhã de manhã.", "a" * 300, "1,000 people, 2.5 each: yes."]
)
@pytest.mark.parametrize("language", ["en", "pt", "vi"])
def test_clauses_lose_nothing(text: str, language: str) -> None:
    assert " ".join(clauses(text, language)) == text


def test_first_clause_is_short_and_the_others_are_longer() -> None:
    pieces = clauses(LONG_PT, "pt")
    assert pieces[0] == "Gostaríamos de convidar vocês"
    assert all(10 <= len(piece) <= 95 for piece in pieces)


def test_first_clause_ends_at_punctuation_where_there_is_some() -> None:
    assert clauses("E assim, meus compatriotas, não perguntem o que o país pode fazer por vocês.", "pt")[0] == (
        "E assim, meus compatriotas,"
    )


def test_numbers_are_not_cut_at_their_commas() -> None:
    assert clauses("It cost 1,000,000 dollars in all", "en", lengths=(20,))[0] == "It cost 1,000,000"


def test_a_short_sentence_stays_whole() -> None:
    assert clauses("Good morning, everybody.", "en") == ["Good morning, everybody."]


def test_a_single_endless_word_is_not_cut() -> None:
    assert clauses("a" * 300, "en") == ["a" * 300]


def test_no_clause_for_nothing() -> None:
    assert clauses(" \n ", "en") == []


UNSPACED = {
    "zh": "今天早上我们在河边的医院里开会讨论很多问题而且大家都想早点回家吃饭休息一下。",
    "ja": "私の妹は川の近くの病院で働いていますので今日はここに来ることができませんでした。",
    "th": "เราอยากเชิญคุณมาประชุมเช้าวันพฤหัสบดีเพราะมีคำถามที่ต้องพูดคุยกันหลายเรื่อง",
}


@pytest.mark.parametrize("language", UNSPACED)
def test_text_without_spaces_is_cut_too_and_loses_nothing(language: str) -> None:
    pieces = clauses(UNSPACED[language], language, lengths=(14, 20))
    assert len(pieces) >= 2
    assert len(pieces[0]) <= 14
    assert "".join(pieces) == UNSPACED[language]
    assert not any(unicodedata.combining(piece[0]) for piece in pieces), "no syllable is torn apart"


def test_full_width_marks_end_sentences_and_clauses_without_a_space() -> None:
    text = "今天很冷。我们不去\uff01你呢\uff1f「好的。」他说。"
    assert sentences(text) == ["今天很冷。", "我们不去\uff01", "你呢\uff1f", "「好的。」", "他说。"]
    assert clauses("今天早上我们在河边的医院里开会\uff0c因为有很多问题需要讨论", "zh", lengths=(20,))[0][-1] == "\uff0c"
    assert joined(["今天很冷。", "我们不去。"], "zh") == "今天很冷。我们不去。"


def test_arabic_marks_end_sentences() -> None:
    assert sentences("هل أنت بخير؟ نعم، شكرا. الطقس جميل.") == ["هل أنت بخير؟", "نعم، شكرا.", "الطقس جميل."]


def test_an_english_no_still_ends_its_sentence() -> None:
    """Abbreviations count in all languages: none of them may be a word of another."""
    text = "No. We met in May. It was here."
    assert len(sentences(text)) == 3
