"""Clauses that come again each period: what was done for which period, and since when a clause is in force."""

import sqlalchemy as sa
from alembic import op

from models.base import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "occasion",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_occasion_ticket_id")),
        sa.PrimaryKeyConstraint("kind", "key", "period", "customer_id", name=op.f("pk_occasion")),
    )
    op.create_index(op.f("ix_occasion_ticket_id"), "occasion", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("occasion")
