"""How often care was needed, by month."""

from alembic import op

revision = "0036"
down_revision = "0035"

TABLE = """
create table care_counts (
    month text not null,
    kind text not null,
    level text not null,
    number integer not null,
    constraint pk_care_counts primary key (month, kind, level)
) without rowid
"""
TRIGGERS = (
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
BEFORE = (
    "insert into care_counts(month, kind, level, number) select substr(created_at, 1, 7), "
    "case known when 0 then 'unread' else 'noticed' end, level, count(*) from risk_assessments "
    "where level <> 'none' group by 1, 2, 3"
)


def upgrade() -> None:
    """To this schema; what was written before is counted from what is still there."""
    op.execute(TABLE)
    for statement in (*TRIGGERS, BEFORE):
        op.execute(statement)


def downgrade() -> None:
    """From this schema to the one before."""
    for name in ("risk_assessments_counted", "escalations_counted", "escalations_told_apart"):
        op.execute(f"drop trigger {name}")
    op.drop_table("care_counts")
