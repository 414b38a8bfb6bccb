"""Bring a database up to the present tables, at every start; several instances may start at once."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from app.domain.errors import AskAnAdministrator
from app.storage.engine import OwnTransactions

_ONE_AT_A_TIME = 0x5E87A47  # any number: the name of our advisory lock in PostgreSQL
_one_thread = threading.Lock()
"""Alembic keeps what it works on in globals of a module."""


def migrate(engine: Engine) -> None:
    """Run the migrations that are missing, all in one transaction. Does nothing when there are none.

    Raises AskAnAdministrator when the database was made by a newer Sextant, TryAgainLater when it cannot be reached.
    """
    with _one_thread, OwnTransactions(engine).writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": _ONE_AT_A_TIME})
        try:
            command.upgrade(configuration(connection), "head")
        except CommandError:
            raise AskAnAdministrator(
                "The database was made by another version of Sextant that this one does not know. Start that version, or "
                "restore a backup."
            ) from None


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
