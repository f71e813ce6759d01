"""Where webhooks and what they are to be told are stored; no query.

A delivery stands here in the same transaction as what it tells, so that neither is there without the other.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from palaver.storage.schema import metadata

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),  # names with a space between
    Column("description", Text, nullable=False),
    Column("enabled", Integer, nullable=False),
    Column("notice", LargeBinary),  # webhooks.webhook.Notice
    Column("secrets", LargeBinary, nullable=False),  # webhooks.store.Secret, the newest first; sealed
    Column("waiting", Integer, nullable=False),  # how many deliveries wait
    Column("due_at", Text),  # when the first of them is to be tried; null where none waits
    Column("failing_since", Text),
    Column("failures", Integer, nullable=False),  # in a row
    Column("holder", Text),  # the process that tells it now …
    Column("held_until", Text),  # … and until when no other one does
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)
Index("ix_webhooks_user", webhooks.c.user_id)
Index(
    "ix_webhooks_due",
    webhooks.c.due_at,
    sqlite_where=webhooks.c.due_at.is_not(None),
)

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),  # the order in which they are told
    Column("id", Text, nullable=False, unique=True),
    Column("webhook_id", Text, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", Text, nullable=False),
    # what it tells of goes with its session; null where it is about none, or about its end
    Column("session_id", Text, ForeignKey("sessions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")),
    Column("event", Text, nullable=False),
    Column("replay_of", Text),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("history", LargeBinary, nullable=False),  # the newest of webhooks.webhook.Try
    Column("body", LargeBinary, nullable=False),  # what is signed and sent, byte for byte
    Column("created_at", Text, nullable=False),
)
Index("ix_webhook_deliveries_listed", deliveries.c.webhook_id, deliveries.c.n)
Index(
    "ix_webhook_deliveries_waiting",
    deliveries.c.webhook_id,
    deliveries.c.n,
    sqlite_where=deliveries.c.state == "waiting",
)
Index("ix_webhook_deliveries_session", deliveries.c.session_id)
Index("ix_webhook_deliveries_age", deliveries.c.created_at)
