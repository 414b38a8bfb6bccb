"""Databases: SQLite (WAL) in a file by default, PostgreSQL when there is more than one instance. One code path."""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError

from app.domain.errors import AskAnAdministrator, TryAgainLater

log = logging.getLogger("sextant.storage")

_BUSY_SECONDS = 10
_WRITES = "sextant_writes"


def open_engine(database_url: str) -> Engine:
    """An engine for "sqlite:///file" or "postgresql://...". A missing folder of an SQLite file is made, for us alone.

    Raises AskAnAdministrator for any other URL; the URL itself is not repeated, it may hold a password.
    """
    url = _readable(database_url)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    # hide_parameters: an error's text must not carry rows. pre_ping: a restarted server costs nobody a request.
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=5, max_overflow=5)


def _readable(database_url: str) -> URL:
    advice = "database_url must be sqlite:///path/to/file or postgresql://user@host/database."
    try:
        url = make_url(database_url)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise AskAnAdministrator(advice) from None
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not url.database or url.database == ":memory:":
        raise AskAnAdministrator(advice)
    return url


def _sqlite_engine(url: URL) -> Engine:
    file = Path(url.database or "")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError:
        raise AskAnAdministrator("The folder of database_url cannot be written.") from None
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # else the driver begins transactions of its own, too late and without a lock
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a reader that turns writer can find its snapshot out of date and fail.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Transactions(Protocol):
    """Where a store gets its connection from."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one state and changes nothing."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A connection whose changes are stored together on a clean exit, or not at all."""


class OwnTransactions:
    """Each use is a transaction of its own. Raises TryAgainLater when the database is busy or away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See Transactions."""
        with _named_by_remedy(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See Transactions."""
        with _named_by_remedy(), self._engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection


class JoinedTransaction:
    """Every use is part of one transaction that somebody else opened and will close."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See Transactions."""
        yield self._connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See Transactions."""
        yield self._connection


@contextmanager
def _named_by_remedy() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError):
        raise TryAgainLater("Sextant's own database is busy or away. Try again in a minute.") from None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise TryAgainLater("Sextant's own database was restarted. Try again in a minute.") from None
        # PostgreSQL repeats the whole row in its messages: none of that may be logged.
        log.error("the database refused a statement: %s", type(error.orig).__name__)
        raise AskAnAdministrator("Sextant's own database refused what was to be stored. Nothing was stored.") from None
