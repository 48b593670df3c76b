"""Links for people who interpret, and what others offer to interpret."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("room_links", sa.Column("interprets", sa.String(32), server_default="", nullable=False))
    op.add_column("participants", sa.Column("offers", sa.String(32), server_default="", nullable=False))
    op.add_column("participants", sa.Column("interprets_by", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("participants", "interprets_by")
    op.drop_column("participants", "offers")
    op.drop_column("room_links", "interprets")
