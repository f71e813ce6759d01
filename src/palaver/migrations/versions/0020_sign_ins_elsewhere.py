"""Sign-ins that were begun at another issuer."""

from alembic import op

revision = "0020"
down_revision = "0025"

TABLE = """
create table pending_sign_ins (
    state_hash text not null,
    binding_hash text not null,
    provider text not null,
    expires_at text not null,
    constraint pk_pending_sign_ins primary key (state_hash)
)
"""


def upgrade() -> None:
    """To this schema."""
    op.execute(TABLE)
    op.execute("create index ix_pending_sign_ins_expires_at on pending_sign_ins (expires_at)")


def downgrade() -> None:
    """To the schema before."""
    op.execute("drop table pending_sign_ins")
