"""Confirmed intents on their way to the chart."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.errors import LaunchAgain, WrongUsage
from app.domain.flag import FlagIntent, Written
from app.ports import Clock
from app.storage.engine import Transactions
from app.storage.tables import outbox, sessions

_PENDING = "pending"
_SETTLED = "settled"


class SqlOutbox:
    """The Outbox port. Rows outlive their session: they say what was confirmed and what became of it."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    def add(self, key: str, launch: str, intent: FlagIntent) -> None:
        """See Outbox."""
        with self._transactions.writing() as connection:
            values = {
                "key": key,
                "launch": launch,
                "ehr": _ehr_of(connection, launch),
                "patient": intent.patient,
                "intent": msgspec.json.encode(intent).decode(),
                "status": _PENDING,
                "created_at": self._clock.now(),
                "attempts": 0,
            }
            _insert_once(connection, values)

    def settle(self, key: str, written: Written) -> None:
        """See Outbox. Raises WrongUsage for a key that was never added."""
        values = {
            "status": _SETTLED,
            "settled_at": self._clock.now(),
            "attempts": outbox.c.attempts + 1,
            "outcome": written.outcome,
            "reference": written.reference,
            "version": written.version,
            "answer_detail": written.detail,
            "leased_by": None,
            "leased_until": None,
        }
        with self._transactions.writing() as connection:
            changed = connection.execute(update(outbox).where(outbox.c.key == key).values(values)).rowcount
        if changed != 1:
            raise WrongUsage("An answer came for a change that nobody confirmed.")

    def unsettled(self, launch: str) -> Sequence[tuple[str, FlagIntent]]:
        """See Outbox; in the order in which they were confirmed."""
        statement = (
            select(outbox.c.key, outbox.c.intent)
            .where(outbox.c.launch == launch, outbox.c.status != _SETTLED)
            .order_by(outbox.c.id)
        )
        with self._transactions.reading() as connection:
            rows = connection.execute(statement).all()
        return tuple((row.key, msgspec.json.decode(row.intent, type=FlagIntent)) for row in rows)


def _ehr_of(connection: Connection, launch: str) -> str:
    ehr = connection.execute(select(sessions.c.ehr).where(sessions.c.launch == launch)).scalar_one_or_none()
    if ehr is None:
        raise LaunchAgain("This launch is over; nothing was written. Open Sextant from the chart again.")
    return str(ehr)


def _insert_once(connection: Connection, values: dict[str, object]) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(outbox).values(values).on_conflict_do_nothing(index_elements=["key"]))
