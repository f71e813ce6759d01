"""Where it is stored with whom things of the shelves are shared; no query. `holder_id` is the id that is there."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from palaver.storage.schema import metadata

definition_shares = Table(
    "definition_shares",
    metadata,
    Column("definition_id", Text, ForeignKey("definitions.id", ondelete="CASCADE"), primary_key=True),
    Column("holder_id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE")),
    Column("group_id", Text, ForeignKey("groups.id", ondelete="CASCADE")),
    Column("added_at", Text, nullable=False),
    Index(None, "user_id"),
    Index(None, "group_id"),
    sqlite_with_rowid=False,
)
