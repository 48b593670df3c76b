"""Administrators who sign in by another service, and those who may not log in at all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: SQLite would drop the table, and with it the sessions and second factors that refer to it.
    op.add_column("admins", sa.Column("subject", sa.String(64), nullable=True))
    op.add_column("admins", sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_admins_subject"), "admins", ["subject"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("ix_admins_subject"), "admins")
    op.drop_column("admins", "disabled_at")
    op.drop_column("admins", "subject")
