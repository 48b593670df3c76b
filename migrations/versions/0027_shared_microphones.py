"""Several people at one microphone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participants", sa.Column("among", sa.String(40), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("participants", "among")
