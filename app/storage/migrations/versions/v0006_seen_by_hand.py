"""On which facts Sextant first saw that a person had ended a Flag. For what was ended before, that is the next preview."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column."""
    op.add_column("written_flags", sa.Column("seen_ended_with", sa.String(64), nullable=False, server_default=""))
