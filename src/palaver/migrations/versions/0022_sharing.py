"""Sessions, projects and things of the shelves are shared with groups, and sessions by links."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "session_groups",
        *_texts("group_id", "session_id", "role", "activity"),
        sa.Column("archived", sa.Integer(), nullable=False),
        *_texts("added_at"),
        _to("session_groups", "group_id", "groups"),
        _of_session("session_groups"),
        sa.PrimaryKeyConstraint("group_id", "session_id", name=op.f("pk_session_groups")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_session_groups_session_id", "session_groups", ["session_id"], unique=False)
    listed = ["group_id", "archived", "activity", "session_id"]
    op.create_index("ix_session_groups_listed", "session_groups", listed, unique=False)
    _shared_with("project_shares", "project_id", "projects", *_texts("role", "added_at"))
    _shared_with("definition_shares", "definition_id", "definitions", *_texts("added_at"))
    op.create_table(
        "share_links",
        *_texts("id", "session_id", "user_id", "hash", "message_id"),
        sa.Column("title", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("authors", "tools", "reasoning")),
        *_texts("created_at", "expires_at"),
        _of_session("share_links"),
        _to("share_links", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_links")),
        sa.UniqueConstraint("hash", name=op.f("uq_share_links_hash")),
    )
    for column in ("session_id", "user_id"):
        op.create_index(f"ix_share_links_{column}", "share_links", [column], unique=False)


def downgrade() -> None:
    """From this schema to the one before."""
    for table in ("share_links", "definition_shares", "project_shares", "session_groups"):
        op.drop_table(table)


def _shared_with(table: str, of: str, things: str, *more: sa.Column[str]) -> None:
    op.create_table(
        table,
        *_texts(of, "holder_id"),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("user_id", "group_id")),
        *more,
        _to(table, of, things),
        _to(table, "user_id", "users"),
        _to(table, "group_id", "groups"),
        sa.PrimaryKeyConstraint(of, "holder_id", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
    for column in ("user_id", "group_id"):
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def _of_session(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["session_id"],
        ["sessions.id"],
        name=op.f(f"fk_{table}_session_id"),
        ondelete="CASCADE",
        initially="DEFERRED",
        deferrable=True,
    )
