"""Histories that clients of other protocols send again are found by their mark."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "threads",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_threads_session_id"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("user_id", "mark", name=op.f("pk_threads")),
    )
    op.create_index("ix_threads_session", "threads", ["session_id"], unique=False)


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_index("ix_threads_session", table_name="threads")
    op.drop_table("threads")
