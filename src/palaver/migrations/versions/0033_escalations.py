"""Escalations, what happened to each, and who was told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0031"


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "escalations",
        *_texts("id", "user_id", "assessment_id", "level", "state", "helped", "created_at", "updated_at"),
        *_texts("session_id", "run_id", "language", "group_name", "reason", "deadline_at", "due_at", null=True),
        *_texts("holder", "held_until", "claimed_by", "claimed_at", "acknowledged_at", null=True),
        *_texts("closed_at", "outcome", null=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("urgency", "step", "round", "tries")),
        _to("escalations", "user_id", "users"),
        _to("escalations", "claimed_by", "users", "SET NULL"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_escalations_session_id"),
            ondelete="SET NULL",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
    )
    for column in ("user_id", "session_id", "claimed_by"):
        op.create_index(f"ix_escalations_{column}", "escalations", [column], unique=False)
    op.create_index("ix_escalations_queue", "escalations", ["state", "urgency", "created_at"], unique=False)
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_escalations_due", "escalations", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "escalation_events",
        sa.Column("n", sa.Integer(), nullable=False),
        *_texts("escalation_id", "kind", "detail", "at"),
        *_texts("actor_id", "assessment_id", null=True),
        _to("escalation_events", "escalation_id", "escalations"),
        _to("escalation_events", "actor_id", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_escalation_events")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_escalation_events_assessment_id")),
        sqlite_autoincrement=True,
    )
    of_one = "ix_escalation_events_escalation_id_n"
    op.create_index(of_one, "escalation_events", ["escalation_id", "n"], unique=False)
    op.create_index("ix_escalation_events_actor_id", "escalation_events", ["actor_id"], unique=False)
    op.create_table(
        "escalation_tellings",
        *_texts("escalation_id", "route", "at"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("round", "told")),
        *_texts("error", null=True),
        _to("escalation_tellings", "escalation_id", "escalations"),
        sa.PrimaryKeyConstraint("escalation_id", "round", "route", name=op.f("pk_escalation_tellings")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """From this schema to the one before."""
    for table in ("escalation_tellings", "escalation_events", "escalations"):
        op.drop_table(table)


def _texts(*names: str, null: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=null) for name in names]


def _to(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)
