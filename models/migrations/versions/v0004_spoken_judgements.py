"""Whether a judgement was spoken, or given by solving a case without a word about its category."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("judgement", sa.Column("spoken", sa.Boolean(), nullable=False, server_default=sa.true()))
    judgement = sa.table("judgement", sa.column("category"), sa.column("guess"), sa.column("spoken", sa.Boolean()))
    # nobody wrote it down: one that agrees with the machine is taken for the weaker kind
    op.execute(judgement.update().where(judgement.c.category == judgement.c.guess).values(spoken=False))


def downgrade() -> None:
    with op.batch_alter_table("judgement") as table:
        table.drop_column("spoken")
