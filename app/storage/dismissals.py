"""Findings that were put aside."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Row, insert, select

from app.domain.audit import AuditEntry
from app.domain.dismissal import Dismissal
from app.domain.errors import WrongUsage
from app.storage.audit import SqlAuditLog
from app.storage.engine import JoinedTransaction, Transactions
from app.storage.tables import dismissal_ends, dismissals


class SqlDismissalStore:
    """The DismissalStore port. Rows are added, never changed."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def dismissals(self, ehr: str, patient: str) -> Sequence[Dismissal]:
        """See DismissalStore."""
        with self._transactions.reading() as connection:
            return _standing(connection, ehr, patient)

    def add(self, ehr: str, dismissal: Dismissal, audit: AuditEntry) -> None:
        """See DismissalStore."""
        values = {
            "ehr": ehr,
            "patient": dismissal.patient,
            "rule": dismissal.rule,
            "fingerprint": dismissal.fingerprint,
            "reason": dismissal.reason,
            "dismissed_by": dismissal.by,
            "dismissed_at": dismissal.at,
            "until": dismissal.until.isoformat(),
        }
        with self._transactions.writing() as connection:
            SqlAuditLog(JoinedTransaction(connection)).append(audit)
            connection.execute(insert(dismissals).values(values))

    def end(self, ehr: str, patient: str, number: int, by: str, audit: AuditEntry) -> None:
        """See DismissalStore."""
        values = {"dismissal_id": number, "ended_by": by, "ended_at": audit.at}
        with self._transactions.writing() as connection:
            SqlAuditLog(JoinedTransaction(connection)).append(audit)  # locks the log's head: of two, the second waits
            if number not in {each.number for each in _standing(connection, ehr, patient)}:
                raise WrongUsage("There is no such dismissal of this person, or it has ended already.")
            connection.execute(insert(dismissal_ends).values(values))


def _standing(connection: Connection, ehr: str, patient: str) -> tuple[Dismissal, ...]:
    """Those without an end."""
    statement = (
        select(dismissals)
        .outerjoin(dismissal_ends, dismissal_ends.c.dismissal_id == dismissals.c.id)
        .where(dismissals.c.ehr == ehr, dismissals.c.patient == patient, dismissal_ends.c.dismissal_id.is_(None))
        .order_by(dismissals.c.id)
    )
    return tuple(_dismissal(row) for row in connection.execute(statement))


def _dismissal(row: Row[tuple[object, ...]]) -> Dismissal:
    return Dismissal(
        patient=row.patient,
        rule=row.rule,
        fingerprint=row.fingerprint,
        reason=row.reason,
        by=row.dismissed_by,
        at=row.dismissed_at,
        until=date.fromisoformat(row.until),
        number=row.id,
    )
