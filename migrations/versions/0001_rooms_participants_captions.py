"""Rooms, participants and captions.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("code", name=op.f("uq_rooms_code")),
    )
    op.create_index(op.f("ix_rooms_kind_created_at"), "rooms", ["kind", "created_at"])
    op.create_table(
        "participants",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("room_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("speak", sa.String(3), nullable=False),
        sa.Column("read", sa.String(3), nullable=False),
        sa.Column("hear", sa.String(10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["room_id"], ["rooms.id"], name=op.f("fk_participants_room_id_rooms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
    )
    op.create_index(op.f("ix_participants_room_id"), "participants", ["room_id"])
    op.create_table(
        "captions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("segment", sa.String(96), nullable=False),
        sa.Column("language", sa.String(3), nullable=False),
        sa.Column("room_id", BIG_ID, nullable=False),
        sa.Column("speaker", sa.String(96), nullable=False),
        sa.Column("participant_id", sa.String(32), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("source_language", sa.String(3), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("timeline", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_captions_participant_id_participants"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_captions_room_id_rooms"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captions")),
        sa.UniqueConstraint("segment", "language", name=op.f("uq_captions_segment_language")),
    )
    op.create_index(op.f("ix_captions_room_id_event_id"), "captions", ["room_id", "event_id"])


def downgrade() -> None:
    op.drop_table("captions")
    op.drop_table("participants")
    op.drop_table("rooms")
