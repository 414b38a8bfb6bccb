"""A recorded plan for a slower dose may hold its numbers. What was stored before has none."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column."""
    op.add_column("recorded_facts", sa.Column("taper", sa.Text()))
