"""Where is kept which message a history of another protocol ends with; no query."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from palaver.storage.schema import metadata

# A client that sends its whole history again is found by the mark of what it sends (see `history.py`).
threads = Table(
    "threads",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column(
        "session_id",
        Text,
        ForeignKey("sessions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    Column("message_id", Text, nullable=False),
)
Index("ix_threads_session", threads.c.session_id)
