"""API keys that are limited to networks and follow each other; when an issuer said last what somebody may do."""

from alembic import op

revision = "0019"
down_revision = "0016"

COLUMNS = (("api_keys", "networks"), ("api_keys", "replaces_id"), ("users", "role_said_at"))


def upgrade() -> None:
    """To this schema."""
    for table, column in COLUMNS:
        op.execute(f"alter table {table} add column {column} text")


def downgrade() -> None:
    """To the schema before."""
    for table, column in COLUMNS:
        op.execute(f"alter table {table} drop column {column}")
