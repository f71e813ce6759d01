"""Users whose address is verified, and users who are disabled."""

from alembic import op

revision = "0016"
down_revision = "0015"

COLUMNS = ("verified_at", "disabled_at")


def upgrade() -> None:
    """To this schema."""
    for column in COLUMNS:
        op.execute(f"alter table users add column {column} text")


def downgrade() -> None:
    """To the schema before."""
    for column in COLUMNS:
        op.execute(f"alter table users drop column {column}")
