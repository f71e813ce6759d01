"""Where organisations and groups and their members are stored; no query.

Both are rows of one table, so that whatever is shared names one id, and what somebody belongs to is one range.
"""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from palaver.storage.schema import metadata

groups = Table(
    "groups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # organisation, group
    Column("organisation_id", Text, ForeignKey("groups.id", ondelete="CASCADE")),  # null: a group of the house
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),  # kind, organisation and folded name: each name stands once
    Column("source", Text, nullable=False),  # who keeps it: "" here, else an issuer or a directory
    Column("external_id", Text),  # its name there
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index(None, "organisation_id"),
    UniqueConstraint("source", "external_id"),
)

group_members = Table(
    "group_members",
    metadata,
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", Text, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("role", Text, nullable=False),  # owner, admin, member
    Column("added_at", Text, nullable=False),
    Index(None, "group_id", "user_id"),
    sqlite_with_rowid=False,
)
