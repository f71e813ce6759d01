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


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_table("manifests")
