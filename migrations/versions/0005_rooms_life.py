"""When a room is open, how many fit in, and how long its transcript is kept.

Revision ID: 0005
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rooms", sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rooms", sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rooms", sa.Column("retention_days", sa.Integer(), server_default="30", nullable=False))
    op.add_column("rooms", sa.Column("capacity", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_rooms_closes_at"), "rooms", ["closes_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_rooms_closes_at"), "rooms")
    for column in ("capacity", "retention_days", "closes_at", "opens_at"):
        op.drop_column("rooms", column)
