"""The audit log, which only grows.

What lands after this with a smaller number goes before it: it takes over `down_revision` from here, and is named here.
"""

from alembic import op

revision = "0025"
down_revision = "0023"

TABLE = """
create table audit_log (
    n integer not null,
    at text not null,
    kind text not null,
    actor_id text,
    subject text,
    address text,
    request_id text,
    detail text not null,
    hash text not null,
    seal text not null,
    constraint pk_audit_log primary key (n)
)
"""
BESIDE = (
    "create index ix_audit_log_kind_n on audit_log (kind, n)",
    "create index ix_audit_log_actor_id_n on audit_log (actor_id, n)",
    (
        "create trigger audit_log_is_not_changed before update on audit_log "
        "begin select raise(abort, 'The audit log is never changed.'); end"
    ),
    (
        "create trigger audit_log_grows_at_its_end before insert on audit_log "
        "when new.n <= (select coalesce(max(n), 0) from audit_log) "
        "begin select raise(abort, 'The audit log grows at its end.'); end"
    ),
    (
        "create trigger audit_log_is_kept before delete on audit_log "
        "when old.n > (select coalesce(max(cast(subject as integer)), 0) from audit_log where kind = 'audit.pruned') "
        "begin select raise(abort, 'The audit log is kept.'); end"
    ),
)


def upgrade() -> None:
    """To this schema."""
    op.execute(TABLE)
    for statement in BESIDE:
        op.execute(statement)


def downgrade() -> None:
    """To the schema before."""
    op.execute("drop table audit_log")
