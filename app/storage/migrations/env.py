"""Alembic's entry: the connection, and its transaction, come from `app.storage.migrate`."""

from alembic import context

from app.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
