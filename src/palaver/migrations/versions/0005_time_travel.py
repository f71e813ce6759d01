"""Time travel: which sessions share lines of messages, and what each of them keeps beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def _of_session(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_session_id")
    return sa.ForeignKeyConstraint(
        ["session_id"], ["sessions.id"], name=name, ondelete="CASCADE", deferrable=True, initially="DEFERRED"
    )


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "shares",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        _of_session("shares"),
        sa.PrimaryKeyConstraint("line", "session_id", name=op.f("pk_shares")),
    )
    op.create_index("ix_shares_session", "shares", ["session_id"], unique=False)
    op.create_table(
        "shared_metadata",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("metadata", sa.LargeBinary(), nullable=True),
        _of_session("shared_metadata"),
        sa.PrimaryKeyConstraint("session_id", "line", "depth", name=op.f("pk_shared_metadata")),
    )


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_table("shared_metadata")
    op.drop_index("ix_shares_session", table_name="shares")
    op.drop_table("shares")
