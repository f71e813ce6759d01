"""The table of what a directory says about users; who they are and whether they may come in stands in `users`."""

from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint

from palaver.storage.schema import metadata

scim_users = Table(
    "scim_users",
    metadata,
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("name_key", Text, nullable=False),  # userName without regard to case, which is how SCIM compares it
    Column("external_id", Text),
    Column("resource", Text, nullable=False),  # what the directory said, but for what stands in `users`
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("removed_at", Text),  # since when the directory knows them no more
    UniqueConstraint("name_key"),
    UniqueConstraint("external_id"),
)
