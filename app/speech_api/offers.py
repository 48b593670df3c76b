"""What live workers can do for API requests, from their heartbeats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from redis.asyncio import Redis

from app.speech_api.errors import ApiError, bad_request, unavailable
from tasks.languages import described
from tasks.wire import keys, queues
from tasks.wire.messages import EngineInfo, Heartbeat


@dataclass(frozen=True)
class EngineVoice:
    """A voice of an engine: one that has a name, or the engine's default in each language."""

    engine: str
    named: str | None
    languages: list[str]

    @property
    def id(self) -> str:
        """What it is asked for by."""
        return f"{self.engine}/{self.named}" if self.named else self.engine


@dataclass(frozen=True)
class Offers:
    """One look at all workers that take API requests."""

    beats: tuple[Heartbeat, ...]

    @property
    def transcribed(self) -> list[str]:
        """Languages that can be transcribed."""
        return sorted({language for beat in self.beats for language in beat.stt})

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(source, target) that can be translated."""
        found = {pair for beat in self.beats for pair in beat.translate}
        return sorted((source, target) for source, _, target in (pair.partition(">") for pair in found))

    @property
    def spoken(self) -> list[str]:
        """Languages that can be spoken."""
        return sorted({language for beat in self.beats for language in beat.speak})

    def engines(self, kind: str) -> list[EngineInfo]:
        """Engines of one kind, each once, by name."""
        found = {engine.name: engine for beat in self.beats for engine in beat.engines if engine.kind == kind}
        return [found[name] for name in sorted(found)]

    @property
    def cloners(self) -> list[EngineInfo]:
        """Engines that can imitate a voice."""
        return [engine for engine in self.engines("speak") if engine.clones]

    def voice(self, name: str, first: str | None = None) -> EngineVoice | None:
        """The voice that goes by `name`, which is an engine's, "engine/voice", or a voice's alone; None: there is none.

        Args:
            name: what somebody asked for.
            first: the engine whose voices are looked at before those of others.
        """
        engines = sorted(self.engines("speak"), key=lambda engine: engine.name != first)
        for engine in engines:
            if name == engine.name:
                return EngineVoice(engine.name, None, engine.languages)
        return next((voice for voice in named_voices(engines) if name in (voice.id, voice.named)), None)

    def need_transcribed(self, language: str | None) -> None:
        """See that `language` (None: any) can be transcribed.

        Raises:
            ApiError: 503 when nobody transcribes, 400 when nobody transcribes this language.
        """
        if language not in self.transcribed:
            self._refuse_off(f"stt:{language}", f"transcribe {language}", "language")
        self._need(self.transcribed, "stt", "transcribe")
        if language is not None and language not in self.transcribed:
            raise bad_request(f"Nobody here transcribes {language!r}: choose {_one_of(self.transcribed)}.", "language")

    def need_pair(self, source: str, target: str) -> None:
        """See that the pair can be translated.

        Raises:
            ApiError: as for `need_transcribed`.
        """
        if (source, target) not in self.pairs:
            self._refuse_off(f"translate:{source}>{target}", f"translate {source}→{target}", "language_pair")
        self._need(self.pairs, "translate", "translate")
        if (source, target) not in self.pairs:
            known = ", ".join(f"{first}→{second}" for first, second in self.pairs)
            install = "`jbcalling models list` says what can be installed"
            raise bad_request(f"Nobody here translates {source}→{target}, only {known}; {install}.", "language_pair")

    def need_spoken(self, language: str) -> None:
        """See that `language` can be spoken.

        Raises:
            ApiError: as for `need_transcribed`.
        """
        if language not in self.spoken:
            self._refuse_off(f"speak:{language}", f"speak {language}", "language")
        self._need(self.spoken, "speak", "speak")
        if language not in self.spoken:
            raise bad_request(f"Nobody here speaks {language!r}: choose {_one_of(self.spoken)}.", "language")

    def _refuse_off(self, service: str, what: str, code: str) -> None:
        """No advice to install anything where an administrator has decided."""
        if any(service in beat.off for beat in self.beats):
            raise bad_request(f"An administrator of this server has decided not to {what}: ask them about it.", code)

    def _need(self, served: object, kind: str, verb: str) -> None:
        if not self.beats:
            raise nobody()
        if not served:
            message = f"No live worker can {verb}: install models for {kind} with `jbcalling models install`."
            raise unavailable(f"no_{kind}", message)


def named_voices(engines: Iterable[EngineInfo]) -> list[EngineVoice]:
    """The voices of these engines that have names, each with the languages it speaks."""
    found = []
    for engine in engines:
        names = dict.fromkeys(name for voices in engine.voices.values() for name in voices)
        for name in names:
            languages = sorted(language for language, voices in engine.voices.items() if name in voices)
            found.append(EngineVoice(engine.name, name, languages))
    return found


def nobody() -> ApiError:
    """503: no worker takes API requests."""
    message = (
        "No worker answers: start the `worker` process (without --queues, or with `batch` among them), then retry."
    )
    return unavailable("no_worker", message)


async def look(redis: Redis) -> Offers:
    """What can be done now.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    return Offers(tuple(beat for beat in await queues.workers(redis) if keys.BATCH in beat.queues))


def language_name(code: str) -> str:
    """The language's name in itself, or its code."""
    return described(code).own_name


def _one_of(codes: list[str]) -> str:
    return " or ".join(codes)
