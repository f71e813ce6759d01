"""Others take part in sessions: members, invitations, and what everybody has read."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

# Sessions of subagents belong to the one at the root of those that they work for; a run below another one is rare, and
# one below that rarer: the root is looked for once for each floor.
BELOW = (
    "update sessions set root_id = (select r.session_id from runs r where r.id = sessions.run_id) "
    "where run_id is not null"
)
FURTHER = (
    "update sessions set root_id = (select above.root_id from sessions above where above.id = sessions.root_id) "
    "where root_id in (select id from sessions where root_id is not null)"
)
FLOORS = 8


def upgrade() -> None:
    """To this schema."""
    op.execute("alter table sessions add column root_id text")
    op.execute("alter table sessions add column room integer default '0' not null")
    for statement in (BELOW, *(FURTHER,) * FLOORS):
        op.execute(statement)
    op.execute("create index ix_sessions_root on sessions (root_id) where root_id is not null")
    op.execute("create index ix_sessions_rooms on sessions (user_id) where room != 0")
    op.execute("create index ix_approvals_waiting on approvals (session_id) where state = 'pending'")
    op.create_table(
        "members",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.Text(), nullable=False),
        _of_user("members"),
        _of_session("members"),
        sa.PrimaryKeyConstraint("user_id", "session_id", name=op.f("pk_members")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_members_session_id", "members", ["session_id"], unique=False)
    op.create_table(
        "read_marks",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        _of_session("read_marks"),
        _of_user("read_marks"),
        sa.PrimaryKeyConstraint("session_id", "user_id", name=op.f("pk_read_marks")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_read_marks_user_id", "read_marks", ["user_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        _of_session("invitations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("hash", name=op.f("uq_invitations_hash")),
    )
    op.create_index("ix_invitations_session_id", "invitations", ["session_id"], unique=False)


def downgrade() -> None:
    """From this schema to the one before."""
    for table in ("invitations", "read_marks", "members"):
        op.drop_table(table)
    op.drop_index("ix_approvals_waiting", table_name="approvals")
    op.drop_index("ix_sessions_rooms", table_name="sessions")
    op.drop_index("ix_sessions_root", table_name="sessions")
    op.execute("alter table sessions drop column room")
    op.execute("alter table sessions drop column root_id")


def _of_session(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["session_id"],
        ["sessions.id"],
        name=op.f(f"fk_{table}_session_id"),
        ondelete="CASCADE",
        initially="DEFERRED",
        deferrable=True,
    )


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id"), ondelete="CASCADE")
