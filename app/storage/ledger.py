"""What Sextant last wrote, by EHR and identifier."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.audit import AuditEntry
from app.domain.flag import LastWritten
from app.storage.audit import SqlAuditLog, lock_head
from app.storage.engine import JoinedTransaction, Transactions
from app.storage.tables import written_flags


class SqlLedger:
    """The Ledger port. Lines are written by the outbox, in the transaction that stores the EHR's answer; a use case adds only
    what a person was seen to have taken down."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def find(self, ehr: str, identifier: str) -> LastWritten | None:
        """See Ledger."""
        table = written_flags
        statement = select(table).where(table.c.ehr == ehr, table.c.identifier == identifier)
        with self._transactions.reading() as connection:
            found = connection.execute(statement).one_or_none()
        return None if found is None else _line(found._mapping)

    def of(self, ehr: str, patient: str) -> Sequence[LastWritten]:
        """See Ledger; in the order of identifiers."""
        table = written_flags
        statement = select(table).where(table.c.ehr == ehr, table.c.patient == patient).order_by(table.c.identifier)
        with self._transactions.reading() as connection:
            return tuple(_line(found._mapping) for found in connection.execute(statement))

    def remember(self, ehr: str, before: LastWritten, after: LastWritten, audit: AuditEntry) -> bool:
        """See Ledger."""
        table = written_flags
        as_read = (
            table.c.status == before.status,
            table.c.fingerprint == before.fingerprint,
            table.c.version.is_not_distinct_from(before.version),
            table.c.seen_ended_with == before.seen_ended_with,
        )
        same = update(table).where(table.c.ehr == ehr, table.c.identifier == before.identifier, *as_read)
        with self._transactions.writing() as connection:
            lock_head(connection)
            is_same = connection.execute(same.values(seen_ended_with=after.seen_ended_with)).rowcount == 1
            if is_same:
                SqlAuditLog(JoinedTransaction(connection)).append(audit)
            return is_same


def record(connection: Connection, ehr: str, patient: str, last: LastWritten, at: datetime) -> None:
    """Write one line over the one before."""
    values = {
        "patient": patient,
        "rule": last.rule,
        "text": last.text,
        "status": last.status,
        "fingerprint": last.fingerprint,
        "reference": last.reference,
        "version": last.version,
        "seen_ended_with": last.seen_ended_with,
        "written_at": at,
    }
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(written_flags).values({"ehr": ehr, "identifier": last.identifier, **values})
    connection.execute(statement.on_conflict_do_update(index_elements=["ehr", "identifier"], set_=values))


def _line(found: RowMapping) -> LastWritten:
    return LastWritten(
        identifier=found["identifier"],
        rule=found["rule"],
        text=found["text"],
        status=found["status"],
        fingerprint=found["fingerprint"],
        reference=found["reference"],
        version=found["version"],
        seen_ended_with=found["seen_ended_with"],
    )
