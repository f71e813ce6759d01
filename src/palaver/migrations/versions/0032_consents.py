"""What people agreed to and refused."""

from alembic import op

revision = "0032"
down_revision = "0033"

TABLE = """
create table consents (
    n integer not null,
    user_id text not null,
    purpose text not null,
    granted integer not null,
    version integer not null,
    at text not null,
    constraint pk_consents primary key (n),
    constraint fk_consents_user_id foreign key(user_id) references users (id) on delete cascade
)
"""
BESIDE = (
    "create index ix_consents_newest on consents (user_id, purpose, n)",
    (
        "create trigger consents_are_not_changed before update on consents "
        "begin select raise(abort, 'What was said is never changed.'); end"
    ),
    (
        "create trigger consents_are_kept before delete on consents "
        "when exists (select 1 from users where id = old.user_id) "
        "begin select raise(abort, 'What was said is kept.'); end"
    ),
)


def upgrade() -> None:
    """To this schema."""
    op.execute(TABLE)
    for statement in BESIDE:
        op.execute(statement)


def downgrade() -> None:
    """From this schema to the one before."""
    op.drop_table("consents")
