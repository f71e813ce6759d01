"""Where it is stored which profile of care a session was given; no query."""

from sqlalchemy import Column, ForeignKey, Table, Text

from palaver.storage.schema import metadata

# A session that nobody said anything about has no row: it follows the server's setting.
session_care = Table(
    "session_care",
    metadata,
    Column("session_id", Text, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("profile", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    sqlite_with_rowid=False,
)
