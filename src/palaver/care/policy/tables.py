"""Where policies of care are stored: rows are added, and never changed; no query."""

from sqlalchemy import DDL, Column, Integer, Table, Text, event

from palaver.storage.schema import metadata

# Nothing points at users: who set a policy stays named by an id.
care_policies = Table(
    "care_policies",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),  # care.policy.policy.Policy
    Column("set_by", Text, nullable=False),
    Column("set_at", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("reverts_to", Integer),
)

SQLITE = (
    (
        "create trigger care_policies_are_not_changed before update on care_policies "
        "begin select raise(abort, 'A policy that was set is never changed.'); end"
    ),
    (
        "create trigger care_policies_are_kept before delete on care_policies "
        "begin select raise(abort, 'A policy that was set is kept.'); end"
    ),
)
for made in SQLITE:
    event.listen(care_policies, "after_create", DDL(made).execute_if(dialect="sqlite"))
