"""Organisations and groups, and who belongs to them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"


def upgrade() -> None:
    """To this schema."""
    op.create_table(
        "groups",
        *(sa.Column(name, sa.Text(), nullable=name == "organisation_id") for name in ("id", "kind", "organisation_id")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "name_key", "source")),
        sa.Column("external_id", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("created_at", "updated_at")),
        _to("groups", "organisation_id", "groups"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("name_key", name=op.f("uq_groups_name_key")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_groups_source_external_id")),
    )
    op.create_index("ix_groups_organisation_id", "groups", ["organisation_id"], unique=False)
    op.create_table(
        "group_members",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("user_id", "group_id", "role", "added_at")),
        _to("group_members", "user_id", "users"),
        _to("group_members", "group_id", "groups"),
        sa.PrimaryKeyConstraint("user_id", "group_id", name=op.f("pk_group_members")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_group_members_group_id_user_id", "group_members", ["group_id", "user_id"], unique=False)


def downgrade() -> None:
    """From this schema to the one before."""
    for table in ("group_members", "groups"):
        op.drop_table(table)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
