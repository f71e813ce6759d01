"""How much of care there is in a session."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0028"


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "session_care",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("session_id", "profile", "changed_at")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_session_care_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_care")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_table("session_care")
