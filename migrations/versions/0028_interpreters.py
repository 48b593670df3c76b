"""People who interpret, and whom what they and those whom they interpret say is shown to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participants", sa.Column("interprets", sa.String(32), server_default="", nullable=False))
    for name in ("only", "elsewhere"):
        op.add_column("captions", sa.Column(name, sa.String(500), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("elsewhere", "only"):
        op.drop_column("captions", name)
    op.drop_column("participants", "interprets")
