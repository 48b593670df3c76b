"""The glossary in the database, and what its terms have done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from redis.asyncio import Redis
from sqlalchemy import delete, func, select

from app.admin.configuration import ConfigurationAdmin
from app.admin.term_form import MAX_TERMS, TermForm
from app.db import Sessions
from app.tables import GlossaryTerm
from tasks.wire import keys
from tasks.wire.administration import Term, Use


@dataclass(frozen=True)
class Fired:
    """How often a term was heard, translated so, wanted by a translation and not given, and said as spelled."""

    hotword: int
    translation: int
    lost: int
    pronunciation: int


class Glossary:
    """Raises as `ConfigurationAdmin` does. Every change reaches the workers within some seconds."""

    def __init__(self, sessions: Sessions, redis: Redis, configuration: ConfigurationAdmin) -> None:
        self._sessions = sessions
        self._redis = redis
        self._configuration = configuration

    async def terms(self, source: str = "", target: str = "") -> list[Term]:
        """The terms of one pair, or all, in the order of the alphabet."""
        found = [
            term
            for term in (await self._configuration.load()).terms
            if source in ("", term.source_language) and target in ("", term.target_language)
        ]
        return sorted(found, key=lambda term: (term.source_language, term.target_language, term.source.casefold()))

    async def put(self, forms: Sequence[TermForm]) -> bool:
        """Keep these terms, in place of those of the same pair and spelling; False: there would be too many."""
        async with self._sessions.begin() as session:
            for form in forms:
                same = [getattr(GlossaryTerm, name) == getattr(form, name) for name in _IDENTITY]
                row = (await session.scalars(select(GlossaryTerm).where(*same))).one_or_none()
                if row is None:
                    session.add(GlossaryTerm(**form.values()))
                else:
                    for name, value in form.values().items():
                        setattr(row, name, value)
            await session.flush()
            if (await session.scalar(select(func.count()).select_from(GlossaryTerm)) or 0) > MAX_TERMS:
                await session.rollback()
                return False
        await self._configuration.publish()
        return True

    async def remove(self, term: int) -> str | None:
        """Forget a term; its spelling, None where there is no such term."""
        query = delete(GlossaryTerm).where(GlossaryTerm.id == term).returning(GlossaryTerm.source)
        async with self._sessions.begin() as session:
            source = (await session.scalars(query)).first()
        for use in get_args(Use):
            await self._redis.hdel(keys.terms_fired(use), str(term))
        await self._configuration.publish()
        return source

    async def fired(self) -> dict[int, Fired]:
        """What each term has done since Redis was last emptied."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for use in get_args(Use):
                pipe.hgetall(keys.terms_fired(use))
            counts = [{int(term): int(count) for term, count in found.items()} for found in await pipe.execute()]
        everything = {term for found in counts for term in found}
        return {term: Fired(*(found.get(term, 0) for found in counts)) for term in everything}


_IDENTITY = ("source_language", "target_language", "source")
