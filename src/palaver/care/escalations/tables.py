"""Where escalations are stored, what happened to each, and who was told of it; no query.

An escalation stands here in the same transaction as the assessment that asks for it, so that neither is there alone.
No word of a conversation is kept.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from palaver.storage.schema import metadata

escalations = Table(
    "escalations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    # A call for help outlives the conversation that somebody deletes; what was said in that does not.
    Column("session_id", Text, ForeignKey("sessions.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED")),
    Column("run_id", Text),
    Column("assessment_id", Text, nullable=False),  # the first; those that followed stand in the events
    Column("level", Text, nullable=False),
    Column("urgency", Integer, nullable=False),  # the level as a number, by which the queue is ordered
    Column("state", Text, nullable=False),
    Column("language", Text),
    Column("helped", Text, nullable=False),  # core.care.HelpNamed of what the person was shown, or its id, as JSON
    Column("step", Integer, nullable=False),  # where on the ladder of on-call groups it stands, from 0
    Column("round", Integer, nullable=False),  # how many alarms there were: each has a number, and is told once
    Column("tries", Integer, nullable=False),  # of this round
    Column("group_name", Text),  # who is called now
    Column("reason", Text),  # why nobody could be told
    Column("deadline_at", Text),  # until when somebody acknowledges it, or the next group is called
    Column("due_at", Text),  # when it is to be looked at again; null where nothing is to be done
    Column("holder", Text),  # the process that looks at it now …
    Column("held_until", Text),  # … and until when no other one does
    Column("claimed_by", Text, ForeignKey("users.id", ondelete="SET NULL")),
    Column("claimed_at", Text),
    Column("acknowledged_at", Text),
    Column("closed_at", Text),
    Column("outcome", Text),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index(None, "user_id"),
    Index(None, "session_id"),
    Index(None, "claimed_by"),
    Index("ix_escalations_queue", "state", "urgency", "created_at"),
)
Index(
    "ix_escalations_due",
    escalations.c.due_at,
    sqlite_where=escalations.c.due_at.is_not(None),
)

# A number is never used twice, so that whoever follows the queue misses nothing.
escalation_events = Table(
    "escalation_events",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("escalation_id", Text, ForeignKey("escalations.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor_id", Text, ForeignKey("users.id", ondelete="SET NULL")),
    Column("assessment_id", Text, unique=True),  # each is escalated once
    Column("detail", Text, nullable=False),  # a few short facts as JSON; of a note, its text
    Column("at", Text, nullable=False),
    Index(None, "escalation_id", "n"),
    Index(None, "actor_id"),
    sqlite_autoincrement=True,
)

# Who was told of which alarm, so that nobody is told twice where another could not be told.
escalation_tellings = Table(
    "escalation_tellings",
    metadata,
    Column("escalation_id", Text, ForeignKey("escalations.id", ondelete="CASCADE"), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("route", Text, primary_key=True),
    Column("told", Integer, nullable=False),
    Column("error", Text),
    Column("at", Text, nullable=False),
    sqlite_with_rowid=False,
)
