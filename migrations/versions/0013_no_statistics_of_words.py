"""PostgreSQL samples no names and nothing that was said: its statistics would outlive the rows.

ANALYZE copies values of a column into pg_statistic, and leaves them there when the table has become empty.

Revision ID: 0013
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = (
    ("captions", "text", "TEXT"),
    ("corrections", "text", "TEXT"),
    ("corrections", "author", "VARCHAR(60)"),
    ("participants", "name", "VARCHAR(60)"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column, kind in COLUMNS:
        # The same type again, which costs nothing, has PostgreSQL forget what it sampled.
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column, _ in COLUMNS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1")
