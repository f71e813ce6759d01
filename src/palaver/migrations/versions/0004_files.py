"""Files: snapshots of workspaces, uploads for messages, and what sessions hold."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
    )
    op.create_index(op.f("ix_snapshots_session_id"), "snapshots", ["session_id"], unique=False)
    op.create_index(op.f("ix_snapshots_message_id"), "snapshots", ["message_id"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_uploads_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_user_id_id"), "uploads", ["user_id", "id"], unique=False)
    op.create_table(
        "upload_uses",
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name=op.f("fk_upload_uses_upload_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "message_id", name=op.f("pk_upload_uses")),
    )
    op.create_index(op.f("ix_upload_uses_message_id"), "upload_uses", ["message_id"], unique=False)
    op.create_table(
        "session_files",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_session_files_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_files")),
    )
    op.create_index(op.f("ix_session_files_user_id"), "session_files", ["user_id"], unique=False)


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_index(op.f("ix_session_files_user_id"), table_name="session_files")
    op.drop_table("session_files")
    op.drop_index(op.f("ix_upload_uses_message_id"), table_name="upload_uses")
    op.drop_table("upload_uses")
    op.drop_index(op.f("ix_uploads_user_id_id"), table_name="uploads")
    op.drop_table("uploads")
    op.drop_index(op.f("ix_snapshots_message_id"), table_name="snapshots")
    op.drop_index(op.f("ix_snapshots_session_id"), table_name="snapshots")
    op.drop_table("snapshots")
