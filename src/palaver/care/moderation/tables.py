"""Where it is stored what moderation acted on or flagged, and what people thought of that; no query."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text

from palaver.storage.schema import metadata

# Deleted with the person it belongs to, and with their session.
moderation_items = Table(
    "moderation_items",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),  # whose conversation it was
    Column("session_id", Text, ForeignKey("sessions.id", ondelete="CASCADE")),
    Column("run_id", Text),
    Column("direction", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("category", Text, nullable=False),  # of the gravest place
    Column("hits", LargeBinary, nullable=False),  # places and rules as JSON, and none of the words
    Column("excerpt", Text),  # the words, only where `care.moderation.excerpts` says so
    Column("version", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting, reviewed
    Column("decision", Text),
    Column("note", Text),
    Column("reviewed_by", Text, ForeignKey("users.id", ondelete="SET NULL")),
    Column("reviewed_at", Text),
    Column("created_at", Text, nullable=False),
    Index("ix_moderation_items_queue", "state", "id"),
    Index("ix_moderation_items_user", "user_id"),
    Index("ix_moderation_items_session", "session_id"),
    Index("ix_moderation_items_reviewer", "reviewed_by"),
)
