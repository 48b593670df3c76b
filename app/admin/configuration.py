"""Which engine serves what: kept in the database, and brought to the workers through Redis."""

from __future__ import annotations

from collections.abc import Iterable

from redis.asyncio import Redis
from sqlalchemy import delete, select

from app.db import Sessions
from app.tables import EngineChoice, GlossaryTerm
from tasks.wire import keys
from tasks.wire.administration import Choice, Configuration, Kind, Term
from tasks.wire.messages import encode


class ConfigurationAdmin:
    """Database errors are raised as by `Admins`, errors of Redis as `redis.RedisError`."""

    def __init__(self, sessions: Sessions, redis: Redis) -> None:
        self._sessions = sessions
        self._redis = redis

    async def load(self) -> Configuration:
        """All that is set."""
        async with self._sessions() as session:
            choices = await session.scalars(select(EngineChoice).order_by(EngineChoice.kind, EngineChoice.wanted))
            chosen = [
                Choice(kind=choice.kind, wanted=choice.wanted, enabled=choice.enabled, engine=choice.engine)
                for choice in choices
            ]
            terms = [_term(row) for row in await session.scalars(select(GlossaryTerm).order_by(GlossaryTerm.id))]
        return Configuration(choices=chosen, terms=terms)

    async def choose(self, choices: Iterable[Choice]) -> list[Choice]:
        """Keep these choices, and those of which nothing is said here as they are; which of them are new.

        Workers follow within some seconds: they look for the configuration themselves.
        """
        before = {(choice.kind, choice.wanted): choice for choice in (await self.load()).choices}
        changed = [
            choice
            for choice in choices
            if choice != before.get((choice.kind, choice.wanted), _untouched(choice.kind, choice.wanted))
        ]
        async with self._sessions.begin() as session:
            for choice in changed:
                await session.execute(
                    delete(EngineChoice).where(EngineChoice.kind == choice.kind, EngineChoice.wanted == choice.wanted)
                )
                if choice != _untouched(choice.kind, choice.wanted):
                    row = EngineChoice(
                        kind=choice.kind, wanted=choice.wanted, enabled=choice.enabled, engine=choice.engine
                    )
                    session.add(row)
        await self.publish()
        return changed

    async def publish(self) -> bool:
        """Lay the configuration where workers look; whether it was not there, or another one."""
        wanted = encode(await self.load())
        if await self._redis.get(keys.CONFIGURATION) == wanted:
            return False
        await self._redis.set(keys.CONFIGURATION, wanted)
        return True


def _untouched(kind: Kind, wanted: str) -> Choice:
    """What holds where nothing is set."""
    return Choice(kind=kind, wanted=wanted)


def _term(row: GlossaryTerm) -> Term:
    return Term(
        id=row.id,
        source_language=row.source_language,
        target_language=row.target_language,
        source=row.source,
        target=row.target,
        hotword=row.hotword,
        translate=row.translate,
        spoken=row.spoken,
    )


def chosen(configuration: Configuration, kind: Kind, wanted: str) -> Choice:
    """What is set for one thing."""
    found = (choice for choice in configuration.choices if (choice.kind, choice.wanted) == (kind, wanted))
    return next(found, _untouched(kind, wanted))
