"""Users who are being deleted."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """To this schema."""
    op.execute("alter table users add column removing_at text")


def downgrade() -> None:
    """To the schema before."""
    op.execute("alter table users drop column removing_at")
