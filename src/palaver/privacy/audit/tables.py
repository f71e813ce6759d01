"""Where the audit log is stored: rows are added, and never changed; no query.

The engine itself refuses to change a row, to put one between others, and to take one away before an entry says that
everything up to it is taken away. Nothing points at users: who is gone stays named by an id.
"""

from sqlalchemy import DDL, Column, Index, Integer, Table, Text, event

from palaver.storage.schema import metadata

audit_log = Table(
    "audit_log",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor_id", Text),
    Column("subject", Text),
    Column("address", Text),
    Column("request_id", Text),
    Column("detail", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("seal", Text, nullable=False),
    Index(None, "kind", "n"),
    Index(None, "actor_id", "n"),
)

SQLITE = (
    (
        "create trigger audit_log_is_not_changed before update on audit_log "
        "begin select raise(abort, 'The audit log is never changed.'); end"
    ),
    # "insert or replace" would take the old row away without asking the trigger below
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
for made in SQLITE:
    event.listen(audit_log, "after_create", DDL(made).execute_if(dialect="sqlite"))
