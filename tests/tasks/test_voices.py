"""What every voice has in common, by ear: loudness, names, and numbers that can be understood."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from ops.harness.lufs import integrated
from ops.harness.wer import corpus_wer
from tasks.engines.base import EngineError, TextToSpeech
from tasks.engines.tts.loudness import CEILING, to_pcm
from tasks.engines.tts.speakable import speakable
from tasks.serving import Engines

TEXTS = {
    "en": "The weather was cold, but the children played outside all afternoon. Good morning, everybody.",
    "pt": "O tempo estava frio, mas as crianças brincaram lá fora a tarde toda. Bom dia, meus amigos.",
    "vi": "Thời tiết lạnh nhưng trẻ em vẫn chơi ngoài trời cả buổi chiều. Chào buổi sáng các bạn.",
    "es": "El tiempo era frío, pero los niños jugaron fuera toda la tarde. Buenos días a todos.",
    "fr": "Il faisait froid, mais les enfants ont joué dehors tout l'après-midi. Bonjour à tous.",
    "de": "Das Wetter war kalt, aber die Kinder spielten den ganzen Nachmittag draußen. Guten Morgen.",
    "it": "Faceva freddo, ma i bambini hanno giocato fuori tutto il pomeriggio. Buongiorno a tutti.",
    "id": "Cuacanya dingin, tetapi anak-anak bermain di luar sepanjang sore. Selamat pagi semuanya.",
    "ar": "كان الطقس باردا، لكن الأطفال لعبوا في الخارج طوال بعد الظهر. صباح الخير للجميع.",
    "zh": "天气很冷。但是孩子们整个下午都在外面玩。大家早上好。",
    "ko": "날씨가 추웠지만 아이들은 오후 내내 밖에서 놀았습니다. 안녕하세요.",
}
NUMBERS = {
    "en": [
        "The ticket costs $3.50 and the trip takes 45 minutes.",
        "Our meeting is on March 14, 2026 at 3:30 p.m.",
        "About 10-15% of the 21st group paid €20 each.",
    ],
    "pt": [
        "O bilhete custa R$ 3,50 e a viagem leva 45 minutos.",
        "A nossa reunião é no dia 14/03/2026 às 15:30.",
        "Na 21ª semana, 200 mulheres ganharam 1,5 milhão.",
    ],
}


def spoken(engine: TextToSpeech, text: str, language: str, voice: str | None = None) -> tuple[bytes, int]:
    parts = [engine.speak(clause, language, voice) for clause in engine.clauses(text, language)]
    return b"".join(part.pcm for part in parts), parts[0].rate


def test_every_voice_is_as_loud_as_the_others_and_none_clips(engines: Engines) -> None:
    measured: dict[str, float] = {}
    for engine in engines.tts.loaded.values():
        for language, voices in engine.voices.items():
            for voice in voices:
                pcm, rate = spoken(engine, TEXTS[language], language, voice)
                samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
                measured[f"{engine.name} {language} {voice}"] = integrated(samples, rate)
                peak = np.abs(samples).max()
                assert peak <= CEILING + 1e-3, f"{engine.name} {voice} peaks at {peak:.3f}"
    print(", ".join(f"{name}: {level:.1f} LUFS" for name, level in measured.items()))
    assert len(measured) == 26
    middle = (max(measured.values()) + min(measured.values())) / 2
    assert all(abs(level - middle) <= 2 for level in measured.values()), measured


# 0 % and 8 % when this was written; digits as they are written gave 30 % in Portuguese.
@pytest.mark.parametrize(("voice", "language", "bound"), [("hibari-en", "en", 0.08), ("kokoro-82m-int8", "pt", 0.16)])
def test_numbers_and_dates_can_be_understood(engines: Engines, voice: str, language: str, bound: float) -> None:
    pairs: list[tuple[str, str]] = []
    for text in NUMBERS[language]:
        pcm, rate = spoken(engines.tts.loaded[voice], text, language)
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
        heard = engines.stt_for(language).transcribe(to_pcm(soxr.resample(samples, rate, 16_000)), language)
        pairs.append((speakable(text, language), speakable(heard.text, language)))
    measured = corpus_wer(pairs, language)
    print(f"{voice} {language}: numbers transcribed back with WER {measured:.1%}")
    assert measured <= bound


def test_a_man_and_a_woman_can_be_told_apart(engines: Engines) -> None:
    engine = engines.tts.loaded["kokoro-82m-int8"]
    assert engine.voices["pt"] == ("pf_dora", "pm_alex")
    woman, man, default = (pitch(engine, voice) for voice in ("pf_dora", "pm_alex", None))
    assert woman == default
    assert man < 0.8 * woman


def test_a_voice_that_is_not_there_is_refused(engines: Engines) -> None:
    for engine in engines.tts.loaded.values():
        language = sorted(engine.languages)[0]
        with pytest.raises(EngineError, match="choose one of"):
            engine.speak("Yes.", language, "nobody")


def pitch(engine: TextToSpeech, voice: str | None) -> float:
    """The strongest repetition between 70 and 300 Hz of a fixed clause, Hz."""
    audio = engine.speak("Bom dia, meus amigos.", "pt", voice)
    samples = np.frombuffer(audio.pcm, "<i2").astype(np.float64)
    spectrum = np.abs(np.fft.rfft(samples, 2 * samples.size)) ** 2
    correlation = np.fft.irfft(spectrum)
    shortest, longest = audio.rate // 300, audio.rate // 70
    return audio.rate / (shortest + int(np.argmax(correlation[shortest:longest])))
