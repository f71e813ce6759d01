"""Where runs, their events and what waits for people are stored; no query.

`run_events` holds what was told up to the last boundary (a message accepted, a step done, a run over), for good.
`journal` holds the pieces since then, of all runs, in the order in which they came, until no run needs them.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from palaver.storage.schema import metadata

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column(
        "session_id",
        Text,
        ForeignKey("sessions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    Column("user_id", Text, nullable=False),
    Column("state", Text, nullable=False),  # queued, live, waiting (for a person, or a run below it), over
    Column("place_in_queue", Text),  # sorts those that wait
    Column("owner", Text),  # the lease that drives it
    Column("epoch", Integer, nullable=False),  # one more with every owner; writes of an older one fail
    Column("cancel", Text),  # the reason for which somebody wants it to end
    Column("prompt", LargeBinary, nullable=False),  # runs.prompt.Prompt
    Column("place", LargeBinary),  # sessions.tree.Place of the question
    Column("user_message_id", Text),
    Column("message_id", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("finish_reason", Text),
    Column("error", Text),
    Column("created_at", Text, nullable=False),
    Column("started_at", Text),
    Column("ended_at", Text),
    Column("idempotency_key", Text),
    Column("fingerprint", Text),  # of the request that used the key
    Column("parent_run_id", Text),  # the run one of whose calls this one answers
    Column("parent_call_id", Text),
    sqlite_with_rowid=False,
)
Index("ix_runs_open", runs.c.state, sqlite_where=runs.c.state != "over")
Index("ix_runs_session", runs.c.session_id)
Index(
    "uq_runs_idempotency",
    runs.c.user_id,
    runs.c.idempotency_key,
    unique=True,
    sqlite_where=runs.c.idempotency_key.is_not(None),
)

Index(
    "ix_runs_parent",
    runs.c.parent_run_id,
    sqlite_where=runs.c.parent_run_id.is_not(None),
)

run_events = Table(
    "run_events",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("first_seq", Integer, primary_key=True),
    Column("last_seq", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # runs.records.bundle
    sqlite_with_rowid=False,
)

journal = Table(
    "journal",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("run_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("call_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("kind", Text, nullable=False),  # approval, question
    Column("name", Text, nullable=False),
    Column("arguments", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),  # tools.policy.call_hash of what was approved, or would be
    Column("reason", Text, nullable=False),
    Column("questions", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),  # pending, approved, rejected, answered, expired, cancelled
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text),
    Column("resolved_at", Text),
)
Index(
    "ix_approvals_pending",
    approvals.c.user_id,
    approvals.c.created_at,
    approvals.c.run_id,
    approvals.c.call_id,
    sqlite_where=approvals.c.state == "pending",
)

Index(
    "ix_approvals_waiting",
    approvals.c.session_id,
    sqlite_where=approvals.c.state == "pending",
)

grants = Table(
    "grants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("session_id", Text, ForeignKey("sessions.id", ondelete="CASCADE")),  # null: in all of the person's sessions
    Column("rule", Text, nullable=False),  # tools.rules
    Column("created_at", Text, nullable=False),
)
Index("ix_grants_user", grants.c.user_id, grants.c.session_id)
