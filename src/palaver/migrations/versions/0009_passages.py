"""The text of documents, by whose they are and what their content is, and the search over it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

SEARCH = (
    "create virtual table passage_search using fts5(text, owner, content='passages', content_rowid='n', "
    "tokenize='unicode61 remove_diacritics 2')"
)
COME = (
    "create trigger passages_come after insert on passages begin "
    "insert into passage_search(rowid, text, owner) values (new.n, new.text, new.owner); end"
)
GO = (
    "create trigger passages_go after delete on passages begin insert into passage_search(passage_search, rowid, text, "
    "owner) values ('delete', old.n, old.text, old.owner); end"
)


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "documents",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("cut", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=True),
        sa.Column("read_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_documents_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_user_id_sha256_way"), "documents", ["user_id", "sha256", "way"], unique=True)
    op.create_table(
        "document_uses",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["documents.n"], name=op.f("fk_document_uses_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "document", name=op.f("pk_document_uses")),
    )
    op.create_index(op.f("ix_document_uses_document"), "document_uses", ["document"], unique=False)
    op.create_table(
        "passages",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.n"], name=op.f("fk_passages_document"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_passages")),
    )
    op.create_index(op.f("ix_passages_document"), "passages", ["document"], unique=False)
    op.create_table(
        "passage_vectors",
        sa.Column("passage", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("signs", sa.LargeBinary(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["passage"], ["passages.n"], name=op.f("fk_passage_vectors_passage"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("passage", "model", name=op.f("pk_passage_vectors")),
    )
    for statement in (SEARCH, COME, GO):
        op.execute(statement)


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_table("passage_vectors")
    op.execute("drop table passage_search")
    op.drop_table("passages")
    op.drop_table("document_uses")
    op.drop_table("documents")
