"""Positions of captions are compared within one life of the stream: one that lost its history begins anew.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "stream_lives",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(8), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_lives")),
        sa.UniqueConstraint("name", name=op.f("uq_stream_lives_name")),
    )
    if op.get_bind().dialect.name == "postgresql":  # SQLite minds no length, and would have to copy the table
        op.alter_column("captions", "event_id", existing_type=sa.String(36), type_=sa.String(54))
    op.execute("UPDATE captions SET event_id = '00000000-' || event_id || '-'")


def downgrade() -> None:
    op.execute("UPDATE captions SET event_id = substr(event_id, 10, 36)")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("captions", "event_id", existing_type=sa.String(54), type_=sa.String(36))
    op.drop_table("stream_lives")
