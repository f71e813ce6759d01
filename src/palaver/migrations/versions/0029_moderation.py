"""What moderation acted on or flagged, to be looked at."""

from alembic import op

revision = "0029"
down_revision = "0030"

TABLE = """
create table moderation_items (
    id text not null,
    user_id text not null,
    session_id text,
    run_id text,
    direction text not null,
    action text not null,
    category text not null,
    hits blob not null,
    excerpt text,
    version text not null,
    state text not null,
    decision text,
    note text,
    reviewed_by text,
    reviewed_at text,
    created_at text not null,
    constraint pk_moderation_items primary key (id),
    constraint fk_moderation_items_user_id foreign key(user_id) references users (id) on delete cascade,
    constraint fk_moderation_items_session_id foreign key(session_id) references sessions (id) on delete cascade,
    constraint fk_moderation_items_reviewed_by foreign key(reviewed_by) references users (id) on delete set null
)
"""


def upgrade() -> None:
    """To this schema."""
    op.execute(TABLE)
    op.execute("create index ix_moderation_items_queue on moderation_items (state, id)")
    op.execute("create index ix_moderation_items_user on moderation_items (user_id)")
    op.execute("create index ix_moderation_items_session on moderation_items (session_id)")
    op.execute("create index ix_moderation_items_reviewer on moderation_items (reviewed_by)")


def downgrade() -> None:
    """To the schema before."""
    op.execute("drop table moderation_items")
