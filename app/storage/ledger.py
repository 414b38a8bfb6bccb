"""What Sextant last wrote, by EHR and identifier."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.flag import LastWritten
from app.storage.engine import Transactions
from app.storage.tables import written_flags


class SqlLedger:
    """The Ledger port. Lines are written by the outbox, in the transaction that stores the EHR's answer."""

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
    )
