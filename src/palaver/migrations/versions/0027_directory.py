"""What a directory says about users."""

from alembic import op

revision = "0027"
down_revision = "0017"

TABLE = """
create table scim_users (
    user_id text not null,
    name_key text not null,
    external_id text,
    resource text not null,
    created_at text not null,
    updated_at text not null,
    removed_at text,
    constraint pk_scim_users primary key (user_id),
    constraint fk_scim_users_user_id foreign key(user_id) references users (id) on delete cascade,
    constraint uq_scim_users_name_key unique (name_key),
    constraint uq_scim_users_external_id unique (external_id)
)
"""


def upgrade() -> None:
    """To this schema."""
    op.execute(TABLE)


def downgrade() -> None:
    """To the schema before."""
    op.execute("drop table scim_users")
