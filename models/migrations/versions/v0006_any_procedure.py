"""What a procedure of any kind needs: facts and kind of a case, its tasks, the customer file, votes of surveys."""

import sqlalchemy as sa
from alembic import op

from models.base import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _customers()
    op.add_column("ticket", sa.Column("kind", sa.String(length=20), nullable=False, server_default=sa.text("'complaint'")))
    op.add_column("ticket", sa.Column("facts", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("ticket", sa.Column("tasks", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("ticket", sa.Column("customer_id", ID, nullable=True))
    op.create_index(op.f("ix_ticket_customer_id"), "ticket", ["customer_id"])
    _tasks()
    op.create_table(
        "vote",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_vote_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "round", "question", name=op.f("pk_vote")),
    )


def _customers() -> None:
    op.create_table(
        "customer",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("products", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(length=80), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("sales", sa.String(length=30), nullable=True),
        sa.Column("dealer", sa.Boolean(), nullable=False),
        sa.Column("merged_into", ID, nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["customer.id"], name=op.f("fk_customer_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )
    op.create_table(
        "customer_address",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_address_customer_id")),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_customer_address")),
    )
    op.create_index(op.f("ix_customer_address_customer_id"), "customer_address", ["customer_id"])


def _tasks() -> None:
    op.create_table(
        "task",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=330), nullable=False),
        sa.Column("by", sa.String(length=320), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("verdict_by", sa.String(length=320), nullable=True),
        sa.Column("verdict_at", Moment(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_task_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "serial", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_kind"), "task", ["kind"])


def downgrade() -> None:
    op.drop_table("vote")
    op.drop_table("task")
    op.drop_index(op.f("ix_ticket_customer_id"), table_name="ticket")
    for column in ("kind", "facts", "tasks", "customer_id"):
        op.drop_column("ticket", column)
    op.drop_table("customer_address")
    op.drop_table("customer")
