"""What models saw of a session, and what they consumed, by day."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "manifests",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_manifests_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_manifests")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "asides",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cached_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_asides_session_id"),
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asides")),
    )
    op.create_index("ix_asides_session", "asides", ["session_id"], unique=False)
    op.create_index("ix_asides_user", "asides", ["user_id", "created_at"], unique=False)
    op.add_column("messages", sa.Column("cached_tokens", sa.Integer(), nullable=True))
    spent = sa.text("input_tokens IS NOT NULL")
    op.create_index(
        "ix_messages_spent",
        "messages",
        ["user_id", "created_at"],
        unique=False,
        sqlite_where=spent,
        postgresql_where=spent,
    )


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_index("ix_messages_spent", table_name="messages")
    op.drop_column("messages", "cached_tokens")
    op.drop_index("ix_asides_user", table_name="asides")
    op.drop_index("ix_asides_session", table_name="asides")
    op.drop_table("asides")
    op.drop_table("manifests")
