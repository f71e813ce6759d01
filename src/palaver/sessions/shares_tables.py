"""Where stands which lines of messages several sessions show; no query."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from palaver.storage.schema import metadata


def _of_session() -> ForeignKey:
    return ForeignKey("sessions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")


# A session shows the messages of a line that another one wrote, those at depths below `upto`.
shares = Table(
    "shares",
    metadata,
    Column("line", Text, primary_key=True),
    Column("session_id", Text, _of_session(), primary_key=True),
    Column("upto", Integer, nullable=False),
)
Index("ix_shares_session", shares.c.session_id)

# What clients keep beside a message is a session's own, also where the message is shared.
shared_metadata = Table(
    "shared_metadata",
    metadata,
    Column("session_id", Text, _of_session(), primary_key=True),
    Column("line", Text, primary_key=True),
    Column("depth", Integer, primary_key=True, autoincrement=False),
    Column("metadata", LargeBinary),
)
