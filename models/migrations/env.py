"""Runs the scripts on the connection that the caller put into the configuration."""

from alembic import context

from models.tables import EVERY

context.configure(connection=context.config.attributes["connection"], target_metadata=EVERY, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
