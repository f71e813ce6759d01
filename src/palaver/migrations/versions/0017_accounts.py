"""Second factors, pending sign-ins, invitations to the house, wrong tries; what a ticket was made by."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0020"

# Who was here before addresses were verified was let in by an operator, or may go on as before.
TRUSTED = "update users set verified_at = created_at where issuer = '' and verified_at is null"


def upgrade() -> None:
    """To this schema."""
    op.execute(TRUSTED)
    op.execute("alter table one_time_tokens add column sign_in text")
    op.create_table(
        "second_factors",
        _text("user_id"),
        _text("secret"),
        _text("created_at"),
        _text("confirmed_at", nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        _of_user("second_factors"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "backup_codes",
        _text("hash"),
        _text("user_id"),
        _text("created_at"),
        _text("used_at", nullable=True),
        _of_user("backup_codes"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_backup_codes")),
    )
    op.create_table(
        "pending_factors",
        _text("hash"),
        _text("user_id"),
        _text("created_at"),
        _text("expires_at"),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        _of_user("pending_factors"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_pending_factors")),
    )
    op.create_table(
        "house_invitations",
        _text("id"),
        _text("user_id"),
        _text("hash"),
        _text("email", nullable=True),
        _text("role"),
        _text("created_at"),
        _text("expires_at"),
        _text("used_at", nullable=True),
        _of_user("house_invitations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_invitations")),
        sa.UniqueConstraint("hash", name=op.f("uq_house_invitations_hash")),
    )
    op.create_table(
        "wrong_tries",
        _text("of"),
        sa.Column("tries", sa.Integer(), nullable=False),
        _text("last_at"),
        _text("until"),
        sa.PrimaryKeyConstraint("of", name=op.f("pk_wrong_tries")),
    )
    for table in ("backup_codes", "pending_factors", "house_invitations"):
        op.create_index(f"ix_{table}_user_id", table, ["user_id"], unique=False)
    op.create_index("ix_pending_factors_expires_at", "pending_factors", ["expires_at"], unique=False)
    op.create_index("ix_wrong_tries_until", "wrong_tries", ["until"], unique=False)


def downgrade() -> None:
    """To the schema before."""
    for table in ("wrong_tries", "house_invitations", "pending_factors", "backup_codes", "second_factors"):
        op.drop_table(table)
    op.execute("alter table one_time_tokens drop column sign_in")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id"), ondelete="CASCADE")
