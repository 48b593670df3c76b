"""When rooms take place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rooms", sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rooms", sa.Column("lasts", sa.Integer(), server_default="60", nullable=False))
    op.add_column("rooms", sa.Column("zone", sa.String(64), server_default="UTC", nullable=False))
    op.add_column("rooms", sa.Column("date_changes", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    for column in ("date_changes", "zone", "lasts", "starts_at"):
        op.drop_column("rooms", column)
