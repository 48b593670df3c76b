"""Text to speech: how a voice is understood, how soon it starts, how loud it is."""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
import soxr
from numpy.typing import NDArray

from ops.harness.listening import understood
from ops.harness.lufs import integrated
from ops.harness.recordings import RATE
from ops.harness.wer import corpus_wer
from ops.measure.figures import percentiles
from tasks.engines.base import TextToSpeech

SENTENCES: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "We would like to invite you to our meeting on Thursday morning, because there are questions to discuss.",
        "The weather was cold, but the children played outside all afternoon.",
        "Good morning, everybody.",
        "Could you please tell me where the train station is?",
        "I think we should wait for the results before we decide anything.",
        "My sister works in a hospital near the river.",
        "The second document explains how the new system is going to be paid for.",
        "No, that is not what I meant.",
        "Every window on the north side of the building was open.",
        "Thank you for your patience, and see you next week.",
    ),
    "pt": (
        "Gostaríamos de convidar vocês para a nossa reunião na quinta-feira, porque há questões para discutir.",
        "O tempo estava frio, mas as crianças brincaram lá fora a tarde toda.",
        "Bom dia, meus amigos.",
        "Você poderia me dizer onde fica a estação de trem?",
        "Acho que devemos esperar os resultados antes de decidir qualquer coisa.",
        "Minha irmã trabalha em um hospital perto do rio.",
        "O segundo documento explica como o novo sistema vai ser pago.",
        "Não, não foi isso que eu quis dizer.",
        "Todas as janelas do lado norte do prédio estavam abertas.",
        "Obrigado pela paciência e até a próxima semana.",
    ),
    "vi": (
        "Chúng tôi muốn mời các bạn đến dự cuộc họp vào sáng thứ năm, vì có nhiều vấn đề cần thảo luận.",
        "Thời tiết lạnh, nhưng bọn trẻ vẫn chơi ngoài trời cả buổi chiều.",
        "Chào buổi sáng, các bạn.",
        "Bạn có thể cho tôi biết nhà ga ở đâu không?",
        "Tôi nghĩ chúng ta nên chờ kết quả trước khi quyết định.",
        "Chị tôi làm việc trong một bệnh viện gần sông.",
        "Tài liệu thứ hai giải thích hệ thống mới sẽ được trả tiền như thế nào.",
        "Không, đó không phải là điều tôi muốn nói.",
        "Tất cả các cửa sổ ở phía bắc của tòa nhà đều mở.",
        "Cảm ơn bạn đã kiên nhẫn và hẹn gặp lại tuần sau.",
    ),
}
"""Everyday sentences without digits or names, so that what is measured is the voice and not its spelling."""


def speak(engine: TextToSpeech, language: str) -> dict[str, Any]:
    """Have a voice say every sentence of a language, clause by clause as the product does."""
    pairs: list[tuple[str, str]] = []
    first: list[float] = []
    loudness: list[float] = []
    peaks: list[float] = []
    for text in SENTENCES[language]:
        samples, rate, begun = _synthesised(engine, text, language)
        first.append(begun)
        pairs.append((text, understood(soxr.resample(samples, rate, RATE), language)))
        loudness.append(integrated(samples, rate))
        peaks.append(20 * float(np.log10(np.abs(samples).max() + 1e-9)))
    return {
        "language": language,
        "wer": round(100 * corpus_wer(pairs, language), 1),
        "first_sound_ms": percentiles(first)["p50"],
        "first_sound_p95_ms": percentiles(first)["p95"],
        "loudness_lufs": round(float(np.mean(loudness)), 1),
        "peak_dbfs": round(max(peaks), 1),
        "sentences": len(pairs),
    }


def _synthesised(engine: TextToSpeech, text: str, language: str) -> tuple[NDArray[np.float32], int, float]:
    """The samples of a text, their rate, and the milliseconds until the first of them were there."""
    started = time.perf_counter()
    parts, begun = [], 0.0
    first, *others = engine.clauses(text, language)
    for piece in engine.pieces(first, language):
        parts.append(piece.audio)
        begun = begun or (time.perf_counter() - started) * 1000
    parts += [engine.speak(clause, language) for clause in others]
    samples = np.frombuffer(b"".join(part.pcm for part in parts), "<i2").astype(np.float32) / np.float32(32768)
    return samples, parts[0].rate, begun
