"""Calls that are kept as sound, and what administrators turn on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

NAMES = (("kept_calls", "host"), ("kept_consents", "name"), ("kept_tracks", "name"))
"""Of people: PostgreSQL samples none, since its statistics would outlive the rows (0013)."""


def upgrade() -> None:
    op.create_table(
        "switches",
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    op.create_table(
        "kept_calls",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("room_id", BIG_ID, nullable=False),
        sa.Column("host", sa.String(60), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(8), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_calls")),
        sa.ForeignKeyConstraint(
            ["room_id"], ["rooms.id"], name=op.f("fk_kept_calls_room_id_rooms"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_kept_calls_room_id"), "kept_calls", ["room_id"])
    op.create_index(op.f("ix_kept_calls_started_at"), "kept_calls", ["started_at"])
    op.create_table(
        "kept_consents",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("call_id", sa.String(32), nullable=False),
        sa.Column("participant_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("language", sa.String(3), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_consents")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["kept_calls.id"], name=op.f("fk_kept_consents_call_id_kept_calls"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_kept_consents_call_id"), "kept_consents", ["call_id"])
    op.create_table(
        "kept_tracks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("call_id", sa.String(32), nullable=False),
        sa.Column("speaker", sa.String(32), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("language", sa.String(3), nullable=False),
        sa.Column("dubbed", sa.Boolean(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("steps", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_tracks")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["kept_calls.id"], name=op.f("fk_kept_tracks_call_id_kept_calls"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "call_id", "speaker", "language", "dubbed", name=op.f("uq_kept_tracks_call_id_speaker_language_dubbed")
        ),
    )
    op.create_table(
        "kept_pieces",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("track_id", BIG_ID, nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_pieces")),
        sa.ForeignKeyConstraint(
            ["track_id"], ["kept_tracks.id"], name=op.f("fk_kept_pieces_track_id_kept_tracks"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("track_id", "start", name=op.f("uq_kept_pieces_track_id_start")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, column in NAMES:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    for table in ("kept_pieces", "kept_tracks", "kept_consents", "kept_calls", "switches"):
        op.drop_table(table)
