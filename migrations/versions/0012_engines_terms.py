"""Which engine serves what, and the glossary.

Revision ID: 0012
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "engine_choices",
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("wanted", sa.String(7), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("engine", sa.String(160), nullable=True),
        sa.PrimaryKeyConstraint("kind", "wanted", name=op.f("pk_engine_choices")),
    )
    op.create_table(
        "glossary_terms",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("source_language", sa.String(3), nullable=False),
        sa.Column("target_language", sa.String(3), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("target", sa.String(120), nullable=False),
        sa.Column("hotword", sa.Boolean(), nullable=False),
        sa.Column("translate", sa.Boolean(), nullable=False),
        sa.Column("spoken", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glossary_terms")),
        sa.UniqueConstraint(
            "source_language",
            "target_language",
            "source",
            name=op.f("uq_glossary_terms_source_language_target_language_source"),
        ),
    )


def downgrade() -> None:
    op.drop_table("glossary_terms")
    op.drop_table("engine_choices")
