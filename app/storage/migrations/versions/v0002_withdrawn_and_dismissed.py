"""Withdrawals of recorded facts, dismissals of findings, and their ends. Nothing that was stored before changes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "fact_withdrawals",
        sa.Column("fact_id", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("fact_id", name="pk_fact_withdrawals"),
    )
    op.create_table(
        "dismissals",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("ehr", sa.String(100), nullable=False),
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("dismissed_by", sa.Text(), nullable=False),
        sa.Column("dismissed_at", sa.String(32), nullable=False),
        sa.Column("until", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dismissals"),
    )
    op.create_index("ix_dismissals_ehr_patient", "dismissals", ["ehr", "patient"])
    op.create_table(
        "dismissal_ends",
        sa.Column("dismissal_id", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("dismissal_id", name="pk_dismissal_ends"),
    )
