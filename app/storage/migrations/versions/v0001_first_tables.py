"""The first tables: pending launches, sessions, audit log, recorded facts, outbox.

Instants are written as text of 32 characters; see `app/storage/tables.py`. A migration never imports that module: it
must do the same thing for ever.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_REFUSED = "the audit log is append-only"


def upgrade() -> None:
    """Make the tables, the start of the audit chain, and the triggers that keep it append-only."""
    _launch_tables()
    _audit_tables()
    _fact_table()
    _outbox_table()
    if op.get_bind().dialect.name == "postgresql":
        _guard_audit_in_postgresql()
    else:
        _guard_audit_in_sqlite()


def _launch_tables() -> None:
    op.create_table(
        "pending_launches",
        sa.Column("state_digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("state_digest", name="pk_pending_launches"),
    )
    op.create_index("ix_pending_launches_created_at", "pending_launches", ["created_at"])
    op.create_table(
        "sessions",
        sa.Column("launch", sa.String(64), nullable=False),
        sa.Column("ehr", sa.String(100), nullable=False),
        sa.Column("ends_at", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("launch", name="pk_sessions"),
    )
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"])


def _audit_tables() -> None:
    op.create_table(
        "audit",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("user_reference", sa.Text()),
        sa.Column("patient", sa.Text()),
        sa.Column("ehr", sa.String(100)),
        sa.Column("launch", sa.String(64)),
        sa.Column("target", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_audit"),
    )
    op.create_index("ix_audit_patient_position", "audit", ["patient", "position"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "position": 0, "hash": "0" * 64}])


def _fact_table() -> None:
    op.create_table(
        "recorded_facts",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("ehr", sa.String(100), nullable=False),
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("concept", sa.String(100), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.String(32), nullable=False),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_recorded_facts"),
    )
    op.create_index("ix_recorded_facts_ehr_patient", "recorded_facts", ["ehr", "patient"])


def _outbox_table() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("launch", sa.String(64), nullable=False),
        sa.Column("ehr", sa.String(100), nullable=False),
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.String(32)),
        sa.Column("leased_by", sa.String(100)),
        sa.Column("leased_until", sa.String(32)),
        sa.Column("settled_at", sa.String(32)),
        sa.Column("outcome", sa.String(40)),
        sa.Column("reference", sa.Text()),
        sa.Column("version", sa.Text()),
        sa.Column("answer_detail", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_launch", "outbox", ["launch"])
    op.create_index("ix_outbox_status_next_attempt_at", "outbox", ["status", "next_attempt_at"])


def _guard_audit_in_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_refuses_{verb.lower()} BEFORE {verb} ON audit "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )


def _guard_audit_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()"
    )
