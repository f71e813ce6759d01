"""Facts that people let Palaver remember, and how much each lets be remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NEW = "insert into memory_search(rowid, text, facets) values (new.n, new.text, 'u' || replace(new.user_id, '_', ''))"
OLD = "delete from memory_search where rowid = old.n"
SEARCH = (
    "create virtual table memory_search using fts5(text, facets, tokenize='unicode61 remove_diacritics 2')",
    f"create trigger memories_told after insert on memories begin {NEW}; end",
    f"create trigger memories_changed after update of text, user_id on memories begin {OLD}; {NEW}; end",
    f"create trigger memories_forgotten after delete on memories begin {OLD}; end",
)
INDEXES = {
    "ix_memories_listed": ["user_id", "updated_at", "id"],
    "ix_memories_project": ["project_id"],
    "ix_memories_source_session": ["source_session_id"],
    "ix_memories_source_message": ["source_message_id"],
}


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "memories",
        sa.Column("n", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("source_session_id", sa.Text(), nullable=True),
        sa.Column("source_message_id", sa.Text(), nullable=True),
        sa.Column("source_shown", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=True),
        _goes_to("user_id", "users", "CASCADE"),
        _goes_to("project_id", "projects", "CASCADE"),
        _goes_to("source_session_id", "sessions", "SET NULL"),
        _goes_to("source_message_id", "messages", "SET NULL"),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_memories")),
        sa.UniqueConstraint("id", name=op.f("uq_memories_id")),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "memories", columns, unique=False)
    op.create_table(
        "memory_modes",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memory_modes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_memory_modes")),
        sqlite_with_rowid=False,
    )
    for statement in SEARCH:
        op.execute(statement)


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_table("memory_modes")
    for name in INDEXES:
        op.drop_index(name, table_name="memories")
    op.drop_table("memories")
    op.execute("drop table memory_search")


def _goes_to(column: str, table: str, when_gone: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_memories_{column}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete=when_gone)
