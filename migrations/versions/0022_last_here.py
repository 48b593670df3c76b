"""When somebody was last in a room, and whether words of theirs have been deleted: names go with the last of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participants", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("participants", sa.Column("had_words", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Null counts as when they came: an update keeps nobody longer. Who is in a call is noted before the first sweep.
    op.create_index(op.f("ix_corrections_participant_id"), "corrections", ["participant_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_corrections_participant_id"), "corrections")
    op.drop_column("participants", "had_words")
    op.drop_column("participants", "seen_at")
