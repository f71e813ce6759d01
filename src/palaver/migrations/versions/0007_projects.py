"""Projects; search knows whose a message is, who said it and when, and words by their first letters."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

WORDS = (
    "create view message_words as select n, text, 'u' || replace(user_id, '_', '') || ' l' || replace(line, '_', '') "
    "|| ' r' || role || ' y' || substr(created_at, 1, 4) || ' m' || substr(created_at, 1, 4) "
    "|| substr(created_at, 6, 2) as facets from messages"
)
SEARCH = (
    "create virtual table message_search using fts5(text, facets, content='message_words', content_rowid='n', "
    "tokenize='unicode61 remove_diacritics 2', prefix='1 2 3 4 5')"
)
SEARCH_BEFORE = (
    "create virtual table message_search using fts5("
    "text, content='messages', content_rowid='n', tokenize='unicode61 remove_diacritics 2')"
)
FILL = "insert into message_search(message_search) values ('rebuild')"
ALL_KNOWN = "update search_progress set n = (select coalesce(max(n), 0) from messages)"


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "projects",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_projects_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
    )
    op.create_index("ix_projects_listed", "projects", ["user_id", "updated_at", "id"], unique=False)
    op.execute("drop table message_search")
    for statement in (WORDS, SEARCH, FILL, ALL_KNOWN):
        op.execute(statement)


def downgrade() -> None:
    """From this schema to the one before."""
    op.execute("drop table message_search")
    op.execute("drop view message_words")
    for statement in (SEARCH_BEFORE, FILL, ALL_KNOWN):
        op.execute(statement)
    op.drop_index("ix_projects_listed", table_name="projects")
    op.drop_table("projects")
