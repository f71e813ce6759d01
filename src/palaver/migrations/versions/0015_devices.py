"""Where somebody is signed in: the cookie and the tokens of one sign-in belong to one device."""

from alembic import op

revision = "0015"
down_revision = "0014"

NAMED = (
    "update browser_sessions set device_id = 'dev_' || lower(hex(randomblob(16)))",
    "update token_families set device_id = 'dev_' || lower(hex(randomblob(16)))",
)
TABLES = ("browser_sessions", "token_families")
COLUMNS = ("device_id", "agent", "address")


def upgrade() -> None:
    """To this schema. What was opened before is a device each."""
    for table in TABLES:
        for column in COLUMNS:
            op.execute(f"alter table {table} add column {column} text default '' not null")
    for statement in NAMED:
        op.execute(statement)


def downgrade() -> None:
    """To the schema before."""
    for table in TABLES:
        for column in COLUMNS:
            op.execute(f"alter table {table} drop column {column}")
