"""A person's word, entered in Sextant."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from sqlalchemy import Connection, Row, insert, select

from app.domain.audit import AuditEntry
from app.domain.chart import FactEntry, RecordedFact, Withdrawal
from app.domain.dates import PartialDate
from app.domain.errors import WrongUsage
from app.domain.taper import TaperPlan
from app.storage.audit import SqlAuditLog
from app.storage.engine import JoinedTransaction, Transactions
from app.storage.tables import fact_withdrawals, recorded_facts


class SqlFactStore:
    """The FactStore port. Facts are added, never changed: one that was wrong is withdrawn by a row of its own."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def facts(self, ehr: str, patient: str) -> Sequence[RecordedFact]:
        """See FactStore."""
        return tuple(each.fact for each in self.entries(ehr, patient) if each.withdrawal is None)

    def entries(self, ehr: str, patient: str) -> Sequence[FactEntry]:
        """See FactStore."""
        with self._transactions.reading() as connection:
            return _entries(connection, ehr, patient)

    def add(self, ehr: str, fact: RecordedFact, audit: AuditEntry) -> None:
        """See FactStore."""
        values = {
            "ehr": ehr,
            "patient": fact.patient,
            "concept": fact.concept,
            "value": fact.value,
            "day": msgspec.json.encode(fact.day).decode(),
            "entered_by": fact.entered_by,
            "entered_at": fact.entered_at,
            "note": fact.note,
            "taper": msgspec.json.encode(fact.taper).decode() if fact.taper else None,
        }
        with self._transactions.writing() as connection:
            SqlAuditLog(JoinedTransaction(connection)).append(audit)
            connection.execute(insert(recorded_facts).values(values))

    def withdraw(self, ehr: str, patient: str, number: int, withdrawal: Withdrawal, audit: AuditEntry) -> None:
        """See FactStore."""
        values = {"fact_id": number, "withdrawn_by": withdrawal.by, "withdrawn_at": withdrawal.at}
        with self._transactions.writing() as connection:
            SqlAuditLog(JoinedTransaction(connection)).append(audit)  # locks the log's head: of two, the second waits
            standing = {e.fact.number for e in _entries(connection, ehr, patient) if e.withdrawal is None}
            if number not in standing:
                raise WrongUsage("There is no such entry about this person, or it was withdrawn already.")
            connection.execute(insert(fact_withdrawals).values(values))


def _entries(connection: Connection, ehr: str, patient: str) -> tuple[FactEntry, ...]:
    facts, withdrawn = recorded_facts, fact_withdrawals
    statement = (
        select(facts, withdrawn.c.withdrawn_by, withdrawn.c.withdrawn_at)
        .outerjoin(withdrawn, withdrawn.c.fact_id == facts.c.id)
        .where(facts.c.ehr == ehr, facts.c.patient == patient)
        .order_by(facts.c.id)
    )
    return tuple(_entry(row) for row in connection.execute(statement))


def _entry(row: Row[tuple[object, ...]]) -> FactEntry:
    fact = RecordedFact(
        patient=row.patient,
        concept=row.concept,
        value=row.value,
        day=msgspec.json.decode(row.day, type=PartialDate),
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        note=row.note,
        taper=msgspec.json.decode(row.taper, type=TaperPlan) if row.taper else None,
    )
    withdrawal = Withdrawal(row.withdrawn_by, row.withdrawn_at) if row.withdrawn_at else None
    return FactEntry(replace(fact, number=row.id), withdrawal)
