"""When a room was last entered: those that nobody uses any more go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rooms", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE rooms SET used_at = CURRENT_TIMESTAMP")
    op.create_index(op.f("ix_captions_participant_id"), "captions", ["participant_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_captions_participant_id"), "captions")
    op.drop_column("rooms", "used_at")
