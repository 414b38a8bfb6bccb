"""The outbox in lanes, carried by a launch that may differ from the deciding one; and the ledger of what was written."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Rows that are there already are Flags, carried by their own launch, each in a lane of its own."""
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("carrier", sa.String(64), nullable=False, server_default=""))
        outbox.add_column(sa.Column("user_reference", sa.Text()))
        outbox.add_column(sa.Column("kind", sa.String(20), nullable=False, server_default="flag"))
        outbox.add_column(sa.Column("lane", sa.String(200), nullable=False, server_default=""))
        outbox.add_column(sa.Column("remedy", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE outbox SET carrier = launch, lane = key")
    op.create_index("ix_outbox_lane", "outbox", ["ehr", "lane", "status"])
    _ledger()


def _ledger() -> None:
    op.create_table(
        "written_flags",
        sa.Column("ehr", sa.String(100), nullable=False),
        sa.Column("identifier", sa.String(64), nullable=False),
        sa.Column("patient", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("version", sa.Text()),
        sa.Column("written_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("ehr", "identifier", name="pk_written_flags"),
    )
    op.create_index("ix_written_flags_ehr_patient", "written_flags", ["ehr", "patient"])
