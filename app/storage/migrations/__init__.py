"""Alembic migrations, run by `app.storage.migrate`."""
