"""Where it is stored with which groups sessions are shared, and with whom projects are; no query.

What lists of sessions need stands in the row itself, so that a list is one range for each group that somebody is in.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from palaver.storage.schema import metadata

session_groups = Table(
    "session_groups",
    metadata,
    Column("group_id", Text, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "session_id",
        Text,
        ForeignKey("sessions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    Column("role", Text, nullable=False),  # editor, viewer
    Column("activity", Text, nullable=False),  # the session's own, kept up with it
    Column("archived", Integer, nullable=False),
    Column("added_at", Text, nullable=False),
    Index(None, "session_id"),
    Index("ix_session_groups_listed", "group_id", "archived", "activity", "session_id"),
    sqlite_with_rowid=False,
)

# `holder_id` is the one of the two ids that is there.
project_shares = Table(
    "project_shares",
    metadata,
    Column("project_id", Text, ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("holder_id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE")),
    Column("group_id", Text, ForeignKey("groups.id", ondelete="CASCADE")),
    Column("role", Text, nullable=False),  # editor, viewer
    Column("added_at", Text, nullable=False),
    Index(None, "user_id"),
    Index(None, "group_id"),
    sqlite_with_rowid=False,
)
