"""The tables of files: snapshots that were taken, files that were brought in for messages, and what sessions hold."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from palaver.storage.schema import metadata

# A session or message of another feature is named and not pointed at: who is gone is found by the sweep, because what
# a fork still shows must not go with the session that it came from.
snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", Text, nullable=False),
    Column("message_id", Text),
    Column("root", Text, nullable=False),
    Column("files", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", Text, nullable=False),
    Index(None, "session_id"),
    Index(None, "message_id"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Index(None, "user_id", "id"),
)

# Which messages show which upload; an upload that was shown and is shown no more is freed.
upload_uses = Table(
    "upload_uses",
    metadata,
    Column("upload_id", Text, ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True),
    Column("message_id", Text, primary_key=True),
    Index(None, "message_id"),
)

# What the workspace of a session held when something was last brought in, so that a person's sum is one query.
session_files = Table(
    "session_files",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Index(None, "user_id"),
)
