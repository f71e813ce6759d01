"""Which token stands for what in a session."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0036"


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "redaction_tokens",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("session_id", "token", "value", "made_at")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_redaction_tokens_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "token", name=op.f("pk_redaction_tokens")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_table("redaction_tokens")
