"""Where it is stored what models saw, and what they were asked besides answers; no query."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text

from palaver.storage.schema import metadata

manifests = Table(
    "manifests",
    metadata,
    Column("message_id", Text, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # context.manifest.Manifest
    sqlite_with_rowid=False,
)

# What the house asked models besides answers and summaries, which are messages: names of sessions.
asides = Table(
    "asides",
    metadata,
    Column("id", Text, primary_key=True),
    Column(
        "session_id",
        Text,
        ForeignKey("sessions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    Column("user_id", Text, nullable=False),
    Column("kind", Text, nullable=False),  # title
    Column("model", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("cost_usd", Float),
)
Index("ix_asides_session", asides.c.session_id)
Index("ix_asides_user", asides.c.user_id, asides.c.created_at)
