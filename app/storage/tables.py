"""The tables. They exist in this folder only; what leaves it are domain values.

Instants are text in UTC, of one width, so that they sort as they follow and read the same in both databases.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant as "2026-05-01T09:00:00.000000+00:00". A naive one is an error, never a guess."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:
        """Aware datetime → text in UTC."""
        return None if value is None else instant_text(value)

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        """Text → aware datetime in UTC."""
        return None if value is None else datetime.fromisoformat(value)


def instant_text(instant: datetime) -> str:
    """The stored spelling of an instant. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs its zone.")
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    },
)

_row_id = BigInteger().with_variant(Integer, "sqlite")

pending_launches = Table(
    "pending_launches",
    metadata,
    Column("state_digest", String(64), primary_key=True),
    Column("created_at", UtcInstant, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("launch", String(64), primary_key=True),
    Column("ehr", String(100), nullable=False),
    Column("ends_at", UtcInstant, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcInstant, nullable=False),
    Column("action", String(40), nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("user_reference", Text),
    Column("patient", Text),
    Column("ehr", String(100)),
    Column("launch", String(64)),
    Column("target", Text),
    Column("reason", Text),
    Column("detail", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_patient_position", "patient", "position"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""One row: the end of the chain. Whoever appends locks it first."""

recorded_facts = Table(
    "recorded_facts",
    metadata,
    Column("id", _row_id, primary_key=True),
    Column("ehr", String(100), nullable=False),
    Column("patient", Text, nullable=False),
    Column("concept", String(100), nullable=False),
    Column("value", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", UtcInstant, nullable=False),
    Column("note", Text),
    Column("taper", Text),
    Index("ix_recorded_facts_ehr_patient", "ehr", "patient"),
)
"""`taper` is a `TaperPlan` as JSON."""

fact_withdrawals = Table(
    "fact_withdrawals",
    metadata,
    Column("fact_id", _row_id, primary_key=True, autoincrement=False),
    Column("withdrawn_by", Text, nullable=False),
    Column("withdrawn_at", UtcInstant, nullable=False),
)

dismissals = Table(
    "dismissals",
    metadata,
    Column("id", _row_id, primary_key=True),
    Column("ehr", String(100), nullable=False),
    Column("patient", Text, nullable=False),
    Column("rule", String(100), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("dismissed_by", Text, nullable=False),
    Column("dismissed_at", UtcInstant, nullable=False),
    Column("until", String(10), nullable=False),
    Index("ix_dismissals_ehr_patient", "ehr", "patient"),
)
"""`until` is a day in the clinic's zone, as "2026-05-04"."""

dismissal_ends = Table(
    "dismissal_ends",
    metadata,
    Column("dismissal_id", _row_id, primary_key=True, autoincrement=False),
    Column("ended_by", Text, nullable=False),
    Column("ended_at", UtcInstant, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _row_id, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("launch", String(64), nullable=False, index=True),
    Column("carrier", String(64), nullable=False),
    Column("user_reference", Text),
    Column("ehr", String(100), nullable=False),
    Column("patient", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("lane", String(200), nullable=False),
    Column("intent", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcInstant),
    Column("leased_by", String(100)),
    Column("leased_until", UtcInstant),
    Column("settled_at", UtcInstant),
    Column("outcome", String(40)),
    Column("reference", Text),
    Column("version", Text),
    Column("answer_detail", Text),
    Column("remedy", Text, nullable=False, server_default=""),
    Index("ix_outbox_status_next_attempt_at", "status", "next_attempt_at"),
    Index("ix_outbox_lane", "ehr", "lane", "status"),
    Index("ix_outbox_ehr_patient", "ehr", "patient"),
)
"""`status` is a `RowState`. The lease columns are for workers, of which two may run."""

written_flags = Table(
    "written_flags",
    metadata,
    Column("ehr", String(100), primary_key=True),
    Column("identifier", String(64), primary_key=True),
    Column("patient", Text, nullable=False),
    Column("rule", String(100), nullable=False),
    Column("text", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("reference", Text),
    Column("version", Text),
    Column("seen_ended_with", String(64), nullable=False, server_default=""),
    Column("written_at", UtcInstant, nullable=False),
    Index("ix_written_flags_ehr_patient", "ehr", "patient"),
)
"""The ledger: what Sextant last wrote under each identifier."""
