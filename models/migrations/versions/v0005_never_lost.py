"""What is needed to lose no letter and send none twice: epoch, states, alarms, doubts, and the seal of the story."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.base import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _columns() -> list["sa.Column[Any]"]:
    """What a letter owed tells of its sending."""
    return [
        sa.Column("doubts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("doubted_at", Moment(), nullable=True),
        sa.Column("queue_id", sa.String(length=200), nullable=True),
        sa.Column("bounced_at", Moment(), nullable=True),
        sa.Column("held", sa.Text(), nullable=True),
        sa.Column("told_at", Moment(), nullable=True),
    ]


def upgrade() -> None:
    op.add_column("instance", sa.Column("epoch", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("instance", sa.Column("held_since", Moment(), nullable=True))
    for column in _columns():
        op.add_column("outgoing_letter", column)
    doubted = sa.text("doubts > 0")
    op.create_index("ix_outgoing_letter_doubted", "outgoing_letter", ["doubted_at"], sqlite_where=doubted, postgresql_where=doubted)
    op.add_column("event", sa.Column("seal", sa.String(length=64), nullable=True))
    op.create_table(
        "mailbox_state",
        sa.Column("account", sa.String(length=320), nullable=False),
        sa.Column("mailbox", sa.String(length=255), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", Moment(), nullable=True),
        sa.Column("good_at", Moment(), nullable=True),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("trouble_since", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("account", "mailbox", name=op.f("pk_mailbox_state")),
    )
    op.create_table(
        "channel",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("closed_until", Moment(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("trouble_since", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channel")),
    )
    op.create_table(
        "alarm",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alarm")),
    )
    op.create_table(
        "dead_address",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_dead_address")),
    )


def downgrade() -> None:
    for name in ("dead_address", "alarm", "channel", "mailbox_state"):
        op.drop_table(name)
    op.drop_index("ix_outgoing_letter_doubted", table_name="outgoing_letter")
    with op.batch_alter_table("event") as table:
        table.drop_column("seal")
    with op.batch_alter_table("outgoing_letter") as table:
        for column in _columns():
            table.drop_column(column.name)
    with op.batch_alter_table("instance") as table:
        table.drop_column("held_since")
        table.drop_column("epoch")
