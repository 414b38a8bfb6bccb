"""Everything stored, behind one door: open it once at start."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from app.domain.session import Secret
from app.ports import Clock
from app.storage.audit import SqlAuditLog, lock_head
from app.storage.dismissals import SqlDismissalStore
from app.storage.engine import JoinedTransaction, OwnTransactions, Transactions, open_engine
from app.storage.facts import SqlFactStore
from app.storage.ledger import SqlLedger
from app.storage.migrate import migrate
from app.storage.outbox import SqlOutbox
from app.storage.sealing import Seal
from app.storage.sessions import SqlSessionStore


@dataclass(frozen=True, slots=True)
class SqlWork:
    """The Work port: audit, outbox, facts and dismissals in one transaction."""

    audit: SqlAuditLog
    outbox: SqlOutbox
    facts: SqlFactStore
    dismissals: SqlDismissalStore


class SqlUnitOfWork:
    """The UnitOfWork port.

    The audit log's head is locked on entering: every transaction writes audit rows, and one order of locks for all of them
    leaves no room for a deadlock.
    """

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    @contextmanager
    def __call__(self) -> Iterator[SqlWork]:
        """See UnitOfWork."""
        with self._transactions.writing() as connection:
            lock_head(connection)
            joined = JoinedTransaction(connection)
            yield SqlWork(
                SqlAuditLog(joined), SqlOutbox(joined, self._clock), SqlFactStore(joined), SqlDismissalStore(joined)
            )


class Storage:
    """The stores of one database, each usable from several threads."""

    def __init__(self, engine: Engine, secret_key: Secret, clock: Clock) -> None:
        self._engine = engine
        own = OwnTransactions(engine)
        self.sessions = SqlSessionStore(own, Seal(secret_key), clock)
        self.audit = SqlAuditLog(own)
        self.facts = SqlFactStore(own)
        self.dismissals = SqlDismissalStore(own)
        self.outbox = SqlOutbox(own, clock)
        self.ledger = SqlLedger(own)
        self.unit_of_work = SqlUnitOfWork(own, clock)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()


def open_storage(database_url: str, secret_key: Secret, clock: Clock) -> Storage:
    """Open a database and bring its tables up to date. Raises AskAnAdministrator or TryAgainLater."""
    engine = open_engine(database_url)
    migrate(engine)
    return Storage(engine, secret_key, clock)
