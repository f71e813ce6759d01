"""Where it is stored which token stands for what in a session; no query. What it stands for is sealed."""

from sqlalchemy import Column, ForeignKey, Table, Text

from palaver.storage.schema import metadata

redaction_tokens = Table(
    "redaction_tokens",
    metadata,
    Column("session_id", Text, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("token", Text, primary_key=True),
    Column("value", Text, nullable=False),  # sealed about its session and token
    Column("made_at", Text, nullable=False),
    sqlite_with_rowid=False,
)
