"""The audit log: append-only, each row holding the hash of the row before it.

A row that is changed, removed or put in between no longer fits the chain, and `verify` names it. Whoever can rewrite the
whole table can rewrite the chain as well: so `head` is worth writing down elsewhere, and `verify` can be given it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from app.domain.audit import Action, AuditEntry
from app.domain.outcome import No, Ok
from app.storage.engine import Transactions
from app.storage.tables import audit, audit_head, instant_text

START = "0" * 64
"""The hash before the first row."""


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The end of the chain: how many rows there are, and the last one's hash."""

    position: int
    hash: str


class SqlAuditLog:
    """The AuditLog port. There is no way to change or remove a row, here or (by trigger) in the database."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def append(self, entry: AuditEntry) -> None:
        """See AuditLog. Concurrent appends wait for each other at the head row."""
        with self._transactions.writing() as connection:
            head = lock_head(connection)
            row = _row(entry, head)
            connection.execute(insert(audit).values({**row, "at": entry.at}))
            connection.execute(update(audit_head).values(position=row["position"], hash=row["hash"]))

    def entries(self, patient: str | None = None) -> Sequence[AuditEntry]:
        """See AuditLog."""
        statement = select(audit).order_by(audit.c.position)
        if patient is not None:
            statement = statement.where(audit.c.patient == patient)
        with self._transactions.reading() as connection:
            return tuple(_entry(row._mapping) for row in connection.execute(statement))

    def head(self) -> AuditHead:
        """The present end of the chain."""
        with self._transactions.reading() as connection:
            return _head(connection)

    def verify(self, written_down: AuditHead | None = None) -> Ok[AuditHead] | No:
        """Ok with the head when every row fits; else No, naming the first row that does not.

        `written_down` is a head that was noted elsewhere: rows up to it must still be those.
        """
        with self._transactions.reading() as connection:
            stated = _head(connection)
            rows = connection.execution_options(yield_per=1000).execute(select(audit).order_by(audit.c.position))
            found = _follow((row._mapping for row in rows), written_down)
        if isinstance(found, No):
            return found
        if found.value != stated:
            return No(f"The log ends after row {found.value.position}, its head says row {stated.position}.")
        return found


def lock_head(connection: Connection) -> AuditHead:
    """The end of the chain, locked until the transaction ends (SQLite has locked the whole database already)."""
    row = connection.execute(select(audit_head.c.position, audit_head.c.hash).with_for_update()).one()
    return AuditHead(row.position, row.hash)


def _head(connection: Connection) -> AuditHead:
    row = connection.execute(select(audit_head.c.position, audit_head.c.hash)).one()
    return AuditHead(row.position, row.hash)


def _follow(rows: Any, written_down: AuditHead | None) -> Ok[AuditHead] | No:
    head = AuditHead(0, START)
    for row in rows:
        position = row["position"]
        if position != head.position + 1:
            return No(f"Row {head.position + 1} is missing.")
        if row["previous_hash"] != head.hash:
            return No(f"Row {position} does not continue row {head.position}.")
        if row["hash"] != _hash_of(_hashed_members(row)):
            return No(f"Row {position} was changed after it was written.")
        head = AuditHead(position, row["hash"])
        if written_down and position == written_down.position and head != written_down:
            return No(f"Row {position} is not the one that was written down.")
    if written_down and head.position < written_down.position:
        return No(f"Row {head.position + 1} is missing.")
    return Ok(head)


def _row(entry: AuditEntry, head: AuditHead) -> dict[str, Any]:
    row = {
        "position": head.position + 1,
        "at": instant_text(entry.at),
        "action": entry.action.value,
        "outcome": entry.outcome,
        "user_reference": entry.user,
        "patient": entry.patient,
        "ehr": entry.ehr,
        "launch": entry.launch,
        "target": entry.target,
        "reason": entry.reason,
        "detail": json.dumps(dict(entry.detail), sort_keys=True),
        "previous_hash": head.hash,
    }
    return {**row, "hash": _hash_of(row)}


def _hashed_members(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: value for name, value in row.items() if name != "hash"}, "at": instant_text(row["at"])}


def _hash_of(members: Mapping[str, Any]) -> str:
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry(
        at=row["at"],
        action=Action(row["action"]),
        outcome=row["outcome"],
        user=row["user_reference"],
        patient=row["patient"],
        ehr=row["ehr"],
        launch=row["launch"],
        target=row["target"],
        reason=row["reason"],
        detail=json.loads(row["detail"]),
    )
