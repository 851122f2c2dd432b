"""What a complaint says beside its category, and what staff said its category is."""

import sqlalchemy as sa
from alembic import op

from models.base import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("signals", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    op.create_table(
        "judgement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("guess", sa.String(length=20), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_judgement_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
    )
    op.create_index(op.f("ix_judgement_ticket_id"), "judgement", ["ticket_id"])
    op.create_index(op.f("ix_judgement_at"), "judgement", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_judgement_at"), table_name="judgement")
    op.drop_index(op.f("ix_judgement_ticket_id"), table_name="judgement")
    op.drop_table("judgement")
    with op.batch_alter_table("ticket") as table:
        table.drop_column("signals")
