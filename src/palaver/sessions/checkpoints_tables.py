"""Where stand checkpoints, rewinds that are under way, and what calls did outside; no query."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from palaver.storage.schema import metadata


def _of_session() -> ForeignKey:
    return ForeignKey("sessions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")


# The checkpoint before each turn is implied by its question: only others are written down.
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", Text, _of_session(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("label", Text),
    Column("message_id", Text),  # the session's head; null where nothing had been said
    Column("root", Text),  # the snapshot of the workspace; null where there was none
    Column("files", Integer),
    Column("bytes", BigInteger),
    Column("created_at", Text, nullable=False),
)
Index("ix_checkpoints_session", checkpoints.c.session_id, checkpoints.c.id)

# A rewind of files that is under way: whoever finds it after a kill carries it out.
rewinds = Table(
    "rewinds",
    metadata,
    Column("session_id", Text, _of_session(), primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("undo_id", Text, nullable=False),  # the checkpoint that takes it back
    Column("root", Text),
    Column("moves", Integer, nullable=False),  # whether the head moves as well
    Column("message_id", Text),
)

# What reached outside of a workspace and cannot be taken back.
effects = Table(
    "effects",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", Text, _of_session(), nullable=False),
    Column("run_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("server", Text),
    Column("reached", Text, nullable=False),
    Column("lasting", Integer, nullable=False),
    Column("summary", Text, nullable=False),
    Column("ok", Integer),  # null while it is under way, and where nobody knows
    Column("at", Text, nullable=False),
)
Index("ix_effects_session", effects.c.session_id, effects.c.id)
Index("ix_effects_call", effects.c.run_id, effects.c.call_id)
Index("ix_effects_message", effects.c.message_id)
