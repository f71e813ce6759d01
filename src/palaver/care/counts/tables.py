"""Where months are counted; no query.

The engine itself counts, in the transaction that writes what is counted, so that no way of writing it is forgotten.
The numbers stay when what was counted is deleted: nobody can be found in them.
"""

from sqlalchemy import DDL, Column, Integer, Table, Text, event

from palaver.storage.schema import metadata

care_counts = Table(
    "care_counts",
    metadata,
    Column("month", Text, primary_key=True),  # 2026-11, of UTC
    Column("kind", Text, primary_key=True),  # noticed, unread, or what became of an escalation
    Column("level", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    sqlite_with_rowid=False,
)


SQLITE = (
    (
        "create trigger risk_assessments_counted after insert on risk_assessments when new.level <> 'none' begin "
        "insert into care_counts(month, kind, level, number) values (substr(new.created_at, 1, 7), "
        "case new.known when 0 then 'unread' else 'noticed' end, new.level, 1) "
        "on conflict(month, kind, level) do update set number = number + 1; end"
    ),
    (
        "create trigger escalations_counted after insert on escalations begin "
        "insert into care_counts(month, kind, level, number) "
        "values (substr(new.created_at, 1, 7), 'created', new.level, 1) "
        "on conflict(month, kind, level) do update set number = number + 1; end"
    ),
    (
        "create trigger escalations_told_apart after update of state on escalations when old.state <> new.state begin "
        "insert into care_counts(month, kind, level, number) "
        "values (substr(new.updated_at, 1, 7), new.state, new.level, 1) "
        "on conflict(month, kind, level) do update set number = number + 1; end"
    ),
)
for made in SQLITE:
    event.listen(care_counts, "after_create", DDL(made).execute_if(dialect="sqlite"))
