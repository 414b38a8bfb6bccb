"""Confirmed intents on their way to the chart: a queue in a table, of which each row is leased by one sender at a time."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.audit import Action, AuditEntry
from app.domain.errors import LaunchAgain
from app.domain.flag import (
    FlagIntent,
    FollowUp,
    Intent,
    LastWritten,
    NoteIntent,
    ProvenanceIntent,
    WithdrawIntent,
    Written,
)
from app.domain.outbox import OPEN_STATES, OutboxRow, RowState
from app.ports import Clock
from app.storage.audit import SqlAuditLog
from app.storage.engine import JoinedTransaction, Transactions
from app.storage.ledger import record
from app.storage.tables import outbox, sessions

_KINDS: dict[str, type[Intent]] = {
    "flag": FlagIntent,
    "note": NoteIntent,
    "provenance": ProvenanceIntent,
    "withdraw": WithdrawIntent,
}
SUPERSEDED = "superseded"
_NEWER = "A newer decision about the same thing was confirmed."
_FREE: dict[str, Any] = {"leased_by": None, "leased_until": None}


class SqlOutbox:
    """The Outbox port. Rows outlive their session: they say what was confirmed and what became of it."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    def add(self, key: str, launch: str, intent: Intent, audit: AuditEntry) -> None:
        """See Outbox."""
        with self._transactions.writing() as connection:
            _append(connection, audit)
            ehr = _ehr_of(connection, launch)
            values = self._values(key, launch, ehr, intent, audit.user)
            if _insert_once(connection, values):
                self._overtake(connection, values, audit)

    def owe(self, row: OutboxRow, intent: FollowUp) -> None:
        """See Outbox. Its launch may be over: it was decided together with the row."""
        values = self._values(f"{row.key}:{_name_of(intent)}", row.launch, row.ehr, intent, row.user)
        with self._transactions.writing() as connection:
            _insert_once(connection, values)

    def claim(
        self, worker: str, lease: timedelta, *, key: str | None = None, held: Collection[str] = ()
    ) -> OutboxRow | None:
        """See Outbox. PostgreSQL passes over rows that another worker is claiming this moment; SQLite has one writer."""
        now = self._clock.now()
        with self._transactions.writing() as connection:
            number = connection.execute(_next_due(now, key, held)).scalar_one_or_none()
            if number is None:
                return None
            values = {"leased_by": worker, "leased_until": now + lease, "attempts": outbox.c.attempts + 1}
            connection.execute(update(outbox).where(outbox.c.id == number).values(values))
            found = connection.execute(select(outbox, _has_newer().label("newer")).where(outbox.c.id == number)).one()
            row = _row(found._mapping)
            return replace(row, is_overtaken=bool(found.newer) and not isinstance(row.intent, FollowUp))

    def settle(self, row: OutboxRow, written: Written, audit: AuditEntry, *, last: LastWritten | None = None) -> bool:
        """See Outbox."""
        values = {**_answer(written), "status": RowState.SETTLED, "settled_at": self._clock.now()}
        with self._transactions.writing() as connection:
            return self._change_and_record(connection, row, values, audit, last)

    def withhold(self, number: int, why: str, audit: AuditEntry, *, last: LastWritten | None = None) -> bool:
        """See Outbox."""
        now = self._clock.now()
        never_tried = and_(outbox.c.status.in_(OPEN_STATES), outbox.c.attempts == 0)
        unsent = and_(outbox.c.id == number, or_(never_tried, outbox.c.status == RowState.DEAD), _is_free(outbox, now))
        with self._transactions.writing() as connection:
            _append(connection, audit)
            values = {**_FREE, **self._superseded(why)}
            changed = update(outbox).where(unsent).values(values).returning(outbox.c.ehr, outbox.c.patient)
            row = connection.execute(changed).one_or_none()
            if row is not None and last is not None:
                record(connection, row.ehr, row.patient, last, now)
            return row is not None

    def postpone(self, row: OutboxRow, until: datetime, written: Written, audit: AuditEntry) -> bool:
        """See Outbox."""
        values = {**_answer(written), "next_attempt_at": until}
        with self._transactions.writing() as connection:
            is_ours = _change(connection, row, values, audit)
            if is_ours and not row.is_overtaken and not isinstance(row.intent, FollowUp):
                overtaken = and_(outbox.c.id == row.id, _has_newer())
                connection.execute(update(outbox).where(overtaken).values(next_attempt_at=None))
            return is_ours

    def wait(self, row: OutboxRow, written: Written, audit: AuditEntry) -> bool:
        """See Outbox. A try that found nobody's permission is not counted."""
        values = {**_answer(written), "status": RowState.WAITING, "attempts": row.attempts - 1}
        with self._transactions.writing() as connection:
            is_ours = _change(connection, row, values, audit)
            if is_ours and not isinstance(row.intent, FollowUp):
                self._supersede(connection, and_(outbox.c.id == row.id, outbox.c.attempts == 0, _has_newer()), audit)
            return is_ours

    def bury(
        self, row: OutboxRow, written: Written, remedy: str, audit: AuditEntry, *, last: LastWritten | None = None
    ) -> bool:
        """See Outbox."""
        values = {**_answer(written), "status": RowState.DEAD, "remedy": remedy}
        with self._transactions.writing() as connection:
            return self._change_and_record(connection, row, values, audit, last)

    def wake(self, ehr: str, patient: str, launch: str) -> int:
        """See Outbox."""
        waits = and_(outbox.c.ehr == ehr, outbox.c.patient == patient, outbox.c.status == RowState.WAITING)
        values = {"status": RowState.PENDING, "carrier": launch, "next_attempt_at": None}
        with self._transactions.writing() as connection:
            return connection.execute(update(outbox).where(waits).values(values)).rowcount

    def revive(self, number: int, audit: AuditEntry) -> bool:
        """See Outbox."""
        is_down = outbox.c.status.in_([RowState.DEAD, RowState.WAITING])
        dead = and_(outbox.c.id == number, is_down, ~_has_newer())
        tried = case((outbox.c.attempts > 0, 1), else_=0)
        values = {"status": RowState.PENDING, "attempts": tried, "next_attempt_at": None, "remedy": "", **_FREE}
        with self._transactions.writing() as connection:
            _append(connection, audit)
            return connection.execute(update(outbox).where(dead).values(values)).rowcount == 1

    def find(self, key: str) -> OutboxRow | None:
        """See Outbox."""
        return self._one(outbox.c.key == key)

    def row(self, number: int) -> OutboxRow | None:
        """See Outbox."""
        return self._one(outbox.c.id == number)

    def rows(self, states: Collection[RowState]) -> Sequence[OutboxRow]:
        """See Outbox."""
        statement = select(outbox).where(outbox.c.status.in_(list(states))).order_by(outbox.c.id)
        with self._transactions.reading() as connection:
            return tuple(_row(found._mapping) for found in connection.execute(statement))

    def rows_of(self, ehr: str, patient: str) -> Sequence[OutboxRow]:
        """See Outbox."""
        theirs = and_(outbox.c.ehr == ehr, outbox.c.patient == patient)
        with self._transactions.reading() as connection:
            found = connection.execute(select(outbox).where(theirs).order_by(outbox.c.id))
            return tuple(_row(each._mapping) for each in found)

    def _one(self, condition: ColumnElement[bool]) -> OutboxRow | None:
        with self._transactions.reading() as connection:
            found = connection.execute(select(outbox).where(condition)).one_or_none()
        return None if found is None else _row(found._mapping)

    def _values(self, key: str, launch: str, ehr: str, intent: Intent, user: str | None) -> dict[str, Any]:
        return {
            "key": key,
            "launch": launch,
            "carrier": launch,
            "user_reference": user,
            "ehr": ehr,
            "patient": intent.patient,
            "kind": next(kind for kind, known in _KINDS.items() if isinstance(intent, known)),
            "lane": intent.lane,
            "intent": msgspec.json.encode(intent).decode(),
            "status": RowState.PENDING,
            "created_at": self._clock.now(),
            "attempts": 0,
        }

    def _overtake(self, connection: Connection, newer: dict[str, Any], audit: AuditEntry) -> None:
        """What was never tried need not be sent any more; what may be in the chart is looked for first."""
        older = and_(
            outbox.c.ehr == newer["ehr"],
            outbox.c.lane == newer["lane"],
            outbox.c.key != newer["key"],
            outbox.c.status.in_(OPEN_STATES),
            _is_free(outbox, self._clock.now()),
        )
        self._supersede(connection, and_(older, outbox.c.attempts == 0), audit)
        due = {"status": RowState.PENDING, "carrier": newer["launch"], "next_attempt_at": None}
        connection.execute(update(outbox).where(older).values(due))

    def _supersede(self, connection: Connection, which: ColumnElement[bool], audit: AuditEntry) -> None:
        changed = update(outbox).where(which).values(self._superseded(_NEWER)).returning(outbox.c.id)
        for number in connection.execute(changed).scalars().all():
            detail = {**audit.detail, "row": str(number)}
            _append(connection, replace(audit, action=Action.WRITE, outcome=SUPERSEDED, detail=detail))

    def _superseded(self, why: str) -> dict[str, Any]:
        now = self._clock.now()
        return {"status": RowState.SETTLED, "settled_at": now, "outcome": SUPERSEDED, "answer_detail": why}

    def _change_and_record(
        self,
        connection: Connection,
        row: OutboxRow,
        values: dict[str, Any],
        audit: AuditEntry,
        last: LastWritten | None,
    ) -> bool:
        is_ours = _change(connection, row, values, audit)
        if is_ours and last is not None:
            record(connection, row.ehr, row.patient, last, self._clock.now())
        return is_ours


def _has_newer() -> ColumnElement[bool]:
    newer = outbox.alias("newer")
    return exists().where(newer.c.ehr == outbox.c.ehr, newer.c.lane == outbox.c.lane, newer.c.id > outbox.c.id)


def _next_due(now: datetime, key: str | None, held: Collection[str]) -> Any:
    older = outbox.alias("older")
    blocks = exists().where(
        older.c.ehr == outbox.c.ehr,
        older.c.lane == outbox.c.lane,
        older.c.id < outbox.c.id,
        older.c.status.in_(OPEN_STATES),
    )
    conditions = [
        outbox.c.status == RowState.PENDING,
        _is_free(outbox, now),
        ~blocks,
        outbox.c.ehr.notin_(list(held)),
        # Whoever asks for one row by its key does not wait for its time.
        or_(outbox.c.next_attempt_at.is_(None), outbox.c.next_attempt_at <= now)
        if key is None
        else outbox.c.key == key,
    ]
    return select(outbox.c.id).where(*conditions).order_by(outbox.c.id).limit(1).with_for_update(skip_locked=True)


def _name_of(intent: FollowUp) -> str:
    """Tells the follow-ups of one row apart. Ids of others may be long, and a key has room for 200 characters."""
    if isinstance(intent, ProvenanceIntent):
        return "provenance"
    return f"twin:{hashlib.sha256(intent.target.encode()).hexdigest()[:16]}"


def _is_free(table: Any, now: datetime) -> ColumnElement[bool]:
    return or_(table.c.leased_until.is_(None), table.c.leased_until <= now)


def _change(connection: Connection, row: OutboxRow, values: dict[str, Any], audit: AuditEntry) -> bool:
    """Change a row that is still ours: leased by the same worker, and not claimed again since."""
    _append(connection, audit)
    is_ours = and_(outbox.c.id == row.id, outbox.c.leased_by == row.leased_by, outbox.c.attempts == row.attempts)
    return connection.execute(update(outbox).where(is_ours).values({**_FREE, **values})).rowcount == 1


def _append(connection: Connection, audit: AuditEntry) -> None:
    # The head of the audit log is locked before any row of the outbox: one order of locks, no deadlock.
    SqlAuditLog(JoinedTransaction(connection)).append(audit)


def _answer(written: Written) -> dict[str, Any]:
    return {
        "outcome": written.outcome,
        "reference": written.reference,
        "version": written.version,
        "answer_detail": written.detail,
    }


def _ehr_of(connection: Connection, launch: str) -> str:
    ehr = connection.execute(select(sessions.c.ehr).where(sessions.c.launch == launch)).scalar_one_or_none()
    if ehr is None:
        raise LaunchAgain("This launch is over; nothing was written. Open Sextant from the chart again.")
    return str(ehr)


def _insert_once(connection: Connection, values: dict[str, object]) -> bool:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(outbox).values(values).on_conflict_do_nothing(index_elements=["key"])
    return connection.execute(statement.returning(outbox.c.id)).scalar_one_or_none() is not None


def _row(found: RowMapping) -> OutboxRow:
    intent = msgspec.json.decode(found["intent"], type=_KINDS[found["kind"]])
    outcome = found["outcome"]
    written = Written(
        getattr(intent, "rule", ""), outcome or "", found["reference"], found["version"], found["answer_detail"] or ""
    )
    return OutboxRow(
        id=found["id"],
        key=found["key"],
        launch=found["launch"],
        carrier=found["carrier"],
        ehr=found["ehr"],
        patient=found["patient"],
        intent=intent,
        state=RowState(found["status"]),
        attempts=found["attempts"],
        created_at=found["created_at"],
        user=found["user_reference"],
        next_attempt_at=found["next_attempt_at"],
        leased_by=found["leased_by"],
        leased_until=found["leased_until"],
        written=written if outcome else None,
        remedy=found["remedy"],
        settled_at=found["settled_at"],
    )
