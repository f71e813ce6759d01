"""What models cost for good, and what they may cost."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """To this schema; what was consumed until now is added up from messages and from what was asked besides."""
    op.create_table(
        "spendings",
        *(_text(name) for name in ("user_id", "hour", "session_id", "model", "key_id")),
        sa.Column("answers", sa.Integer(), nullable=False),
        *(_big(name) for name in ("input_tokens", "output_tokens", "cached_tokens")),
        sa.Column("cost_usd", sa.Float(), nullable=True),
        _to("spendings", "user_id", "users"),
        sa.PrimaryKeyConstraint("user_id", "hour", "session_id", "model", "key_id", name=op.f("pk_spendings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budgets",
        _text("id"),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("user_id", "key_id", "organisation_id")),
        sa.Column("tokens", sa.BigInteger(), nullable=True),
        sa.Column("usd", sa.Float(), nullable=True),
        _text("created_at"),
        _text("updated_at"),
        _to("budgets", "user_id", "users"),
        _to("budgets", "key_id", "api_keys"),
        _to("budgets", "organisation_id", "groups"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        *(
            sa.UniqueConstraint(name, name=op.f(f"uq_budgets_{name}"))
            for name in ("user_id", "key_id", "organisation_id")
        ),
    )
    op.create_table(
        "budget_uses",
        _text("budget_id"),
        _text("month"),
        sa.Column("user_id", sa.Text(), nullable=True),
        _big("tokens"),
        sa.Column("usd", sa.Float(), nullable=False),
        sa.Column("warned_at", sa.Text(), nullable=True),
        _to("budget_uses", "user_id", "users"),
        sa.PrimaryKeyConstraint("budget_id", "month", name=op.f("pk_budget_uses")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_budget_uses_user_id", "budget_uses", ["user_id"], unique=False)
    op.create_table(
        "budget_holds",
        *(_text(name) for name in ("holder", "budget_id", "user_id")),
        _big("tokens"),
        sa.Column("usd", sa.Float(), nullable=False),
        sa.Column("until", sa.Text(), nullable=True),
        _to("budget_holds", "user_id", "users"),
        sa.PrimaryKeyConstraint("holder", "budget_id", name=op.f("pk_budget_holds")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_budget_holds_budget_id", "budget_holds", ["budget_id"], unique=False)
    op.create_index("ix_budget_holds_user_id", "budget_holds", ["user_id"], unique=False)
    op.execute(FILL)


FILL = """
insert into spendings
select user_id, substr(created_at, 1, 13), session_id, coalesce(model, ''), '', count(*), sum(input_tokens),
       sum(output_tokens), sum(coalesce(cached_tokens, 0)), sum(cost_usd)
from (
    select user_id, created_at, session_id, model, input_tokens, output_tokens, cached_tokens, cost_usd
    from messages where input_tokens is not null
    union all
    select user_id, created_at, session_id, model, input_tokens, output_tokens, cached_tokens, cost_usd from asides
)
where user_id in (select id from users)
group by 1, 2, 3, 4
"""


def downgrade() -> None:
    """To the schema before."""
    for table in ("budget_holds", "budget_uses", "budgets", "spendings"):
        op.drop_table(table)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
