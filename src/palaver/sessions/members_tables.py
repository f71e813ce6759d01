"""Where it is stored who takes part in sessions besides their owners, and who is invited; no query."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from palaver.storage.schema import metadata


def _session(*, key: bool = False) -> Column[str]:
    to = ForeignKey("sessions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")
    return Column("session_id", Text, to, nullable=False, primary_key=key)


def _user() -> Column[str]:
    return Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, primary_key=True)


# The owner is not among them: that is `sessions.user_id`.
members = Table(
    "members",
    metadata,
    _user(),  # first: what is asked most is whether somebody takes part anywhere
    _session(key=True),
    Column("role", Text, nullable=False),  # editor, viewer
    Column("joined_at", Text, nullable=False),
    Index(None, "session_id"),
    sqlite_with_rowid=False,
)

# The newest message that somebody says to have read; owners have read as well.
read_marks = Table(
    "read_marks",
    metadata,
    _session(key=True),
    _user(),
    Column("message_id", Text, nullable=False),
    Index(None, "user_id"),
    sqlite_with_rowid=False,
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Text, primary_key=True),
    _session(),
    Column("role", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),  # of the secret, which is kept nowhere
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("uses_left", Integer, nullable=False),
    Index(None, "session_id"),
)
