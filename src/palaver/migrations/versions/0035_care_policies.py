"""Policies of care that administrators set."""

from alembic import op

revision = "0035"
down_revision = "0034"

TABLE = """
create table care_policies (
    version integer not null,
    body text not null,
    set_by text not null,
    set_at text not null,
    note text not null,
    reverts_to integer,
    constraint pk_care_policies primary key (version)
)
"""
BESIDE = (
    (
        "create trigger care_policies_are_not_changed before update on care_policies "
        "begin select raise(abort, 'A policy that was set is never changed.'); end"
    ),
    (
        "create trigger care_policies_are_kept before delete on care_policies "
        "begin select raise(abort, 'A policy that was set is kept.'); end"
    ),
)


def upgrade() -> None:
    """To this schema."""
    op.execute(TABLE)
    for statement in BESIDE:
        op.execute(statement)


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_table("care_policies")
