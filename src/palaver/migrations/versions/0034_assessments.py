"""How soon messages asked for an answer."""

from alembic import op

revision = "0034"
down_revision = "0032"

TABLE = """
create table risk_assessments (
    id text not null,
    user_id text not null,
    session_id text not null,
    run_id text not null,
    message_id text not null,
    level text not null,
    own text not null,
    known integer not null,
    course float not null,
    signals blob not null,
    version text not null,
    profile text not null,
    created_at text not null,
    constraint pk_risk_assessments primary key (id),
    constraint fk_risk_assessments_user_id foreign key(user_id) references users (id) on delete cascade,
    constraint fk_risk_assessments_session_id foreign key(session_id) references sessions (id) on delete cascade,
    constraint uq_risk_assessments_message_id unique (message_id)
)
"""


def upgrade() -> None:
    """To this schema."""
    op.execute(TABLE)
    op.execute("create index ix_risk_assessments_session on risk_assessments (session_id, created_at)")
    op.execute("create index ix_risk_assessments_user on risk_assessments (user_id, created_at)")


def downgrade() -> None:
    """To the schema before."""
    op.execute("drop table risk_assessments")
