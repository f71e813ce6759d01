"""Time travel: lines that sessions share, what each keeps beside them, checkpoints, rewinds, and effects outside."""

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
    _checkpoints()
    _effects()


def _checkpoints() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("root", sa.Text(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        _of_session("checkpoints"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoints")),
    )
    op.create_index("ix_checkpoints_session", "checkpoints", ["session_id", "id"], unique=False)
    op.create_table(
        "rewinds",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("undo_id", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=True),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        _of_session("rewinds"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_rewinds")),
    )


def _effects() -> None:
    op.create_table(
        "effects",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=True),
        sa.Column("reached", sa.Text(), nullable=False),
        sa.Column("lasting", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("ok", sa.Integer(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        _of_session("effects"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects")),
    )
    op.create_index("ix_effects_session", "effects", ["session_id", "id"], unique=False)
    op.create_index("ix_effects_call", "effects", ["run_id", "call_id"], unique=False)
    op.create_index("ix_effects_message", "effects", ["message_id"], unique=False)


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_index("ix_effects_message", table_name="effects")
    op.drop_index("ix_effects_call", table_name="effects")
    op.drop_index("ix_effects_session", table_name="effects")
    op.drop_table("effects")
    op.drop_table("rewinds")
    op.drop_index("ix_checkpoints_session", table_name="checkpoints")
    op.drop_table("checkpoints")
    op.drop_table("shared_metadata")
    op.drop_index("ix_shares_session", table_name="shares")
    op.drop_table("shares")
