"""The tables of the shelves: what people define for their agents, and every version of it."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from palaver.storage.schema import metadata

# `brief` is the body without its long fields, so that lists and turns need not read those.
definitions = Table(
    "definitions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("shared", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("brief", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    UniqueConstraint("user_id", "kind", "name"),
    Index(None, "shared", "kind", "name"),
)

definition_versions = Table(
    "definition_versions",
    metadata,
    Column("definition_id", Text, ForeignKey("definitions.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("shared", Integer, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)
