"""Where share links of sessions are stored; no query, and of their secrets only hashes."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from palaver.storage.schema import metadata

share_links = Table(
    "share_links",
    metadata,
    Column("id", Text, primary_key=True),
    Column(
        "session_id",
        Text,
        ForeignKey("sessions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("message_id", Text, nullable=False),  # the last one that is shown; what leads to it never changes
    Column("title", Text),
    Column("authors", Integer, nullable=False),
    Column("tools", Integer, nullable=False),
    Column("reasoning", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index(None, "session_id"),
    Index(None, "user_id"),
)
