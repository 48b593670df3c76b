"""Rooms with hosts: who may do what in them, who is let in, and the links that open them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "room_links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("lookup", sa.String(64), nullable=False),
        sa.Column("language", sa.String(3), nullable=True),
        sa.Column("maker", sa.String(60), nullable=False),
        sa.Column("maker_id", sa.String(32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["room_id"], ["rooms.id"], name=op.f("fk_room_links_room_id_rooms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_links")),
        sa.UniqueConstraint("lookup", name=op.f("uq_room_links_lookup")),
    )
    op.create_index(op.f("ix_room_links_room_id"), "room_links", ["room_id"])
    for name in ("waiting_room", "locked", "only_hosts_speak"):
        op.add_column("rooms", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("rooms", sa.Column("guests", sa.String(8), server_default="speaker", nullable=False))
    op.add_column("rooms", sa.Column("password", sa.String(200), nullable=True))
    op.add_column("rooms", sa.Column("history", sa.String(8), nullable=True))
    op.add_column("participants", sa.Column("role", sa.String(8), server_default="speaker", nullable=False))
    op.add_column("participants", sa.Column("standing", sa.String(8), server_default="in", nullable=False))
    for name in ("vouched", "stands_in"):
        op.add_column("participants", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("participants", sa.Column("link_id", sa.BigInteger(), nullable=True))
    op.add_column("participants", sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("participants", sa.Column("address", sa.String(16), server_default="", nullable=False))


def downgrade() -> None:
    for column in ("address", "admitted_at", "link_id", "stands_in", "vouched", "standing", "role"):
        op.drop_column("participants", column)
    for column in ("history", "password", "guests", "only_hosts_speak", "locked", "waiting_room"):
        op.drop_column("rooms", column)
    op.drop_table("room_links")
