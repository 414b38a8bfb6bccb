"""A person's word, entered in Sextant."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Row, insert, select

from app.domain.chart import RecordedFact
from app.domain.dates import PartialDate
from app.storage.engine import Transactions
from app.storage.tables import recorded_facts


class SqlFactStore:
    """The FactStore port. Facts are added, never changed: a later one speaks against an earlier one."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def facts(self, ehr: str, patient: str) -> Sequence[RecordedFact]:
        """See FactStore."""
        table = recorded_facts
        statement = select(table).where(table.c.ehr == ehr, table.c.patient == patient).order_by(table.c.id)
        with self._transactions.reading() as connection:
            return tuple(_fact(row) for row in connection.execute(statement))

    def add(self, ehr: str, fact: RecordedFact) -> None:
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
        }
        with self._transactions.writing() as connection:
            connection.execute(insert(recorded_facts).values(values))


def _fact(row: Row[tuple[object, ...]]) -> RecordedFact:
    return RecordedFact(
        patient=row.patient,
        concept=row.concept,
        value=row.value,
        day=msgspec.json.decode(row.day, type=PartialDate),
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        note=row.note,
    )
