"""Give administrators roles; those that there are own the installation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("admins", sa.Column("role", sa.String(10), server_default="owner", nullable=False))


def downgrade() -> None:
    op.drop_column("admins", "role")
