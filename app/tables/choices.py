"""What administrators have chosen: switches, engines and glossaries."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.column_types import BigId
from app.tables.base import Base
from tasks.wire.administration import Kind


class Switch(Base):
    """Something that administrators turn on and off. Without a row it is off."""

    __tablename__ = "switches"

    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    on: Mapped[bool] = mapped_column("is_on")


class EngineChoice(Base):
    """What is to serve one language or pair (`operator_choices.Choice`); without a row it is the best there is."""

    __tablename__ = "engine_choices"

    kind: Mapped[Kind] = mapped_column(String(10), primary_key=True)
    wanted: Mapped[str] = mapped_column(String(7), primary_key=True)
    """A language, or a pair like "en>pt"."""
    enabled: Mapped[bool]
    engine: Mapped[str | None] = mapped_column(String(160))


class GlossaryTerm(Base):
    """A term of one language pair, with what it is used for (`tasks.operator_choices.Term`)."""

    __tablename__ = "glossary_terms"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source_language: Mapped[str] = mapped_column(String(3))
    target_language: Mapped[str] = mapped_column(String(3))
    source: Mapped[str] = mapped_column(String(120))
    target: Mapped[str] = mapped_column(String(120))
    hotword: Mapped[bool]
    translate: Mapped[bool]
    spoken: Mapped[str] = mapped_column(String(200))

    __table_args__ = (UniqueConstraint("source_language", "target_language", "source"),)
