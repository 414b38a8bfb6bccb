"""An index on the outbox: what was written about one person."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_outbox_ehr_patient", "outbox", ["ehr", "patient"])
