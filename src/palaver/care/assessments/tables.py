"""Where it is stored how soon messages asked for an answer; no query."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text

from palaver.storage.schema import metadata

# Deleted with their session. One message is assessed once, whatever is asked again below it.
risk_assessments = Table(
    "risk_assessments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),  # who wrote the message
    Column("session_id", Text, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", Text, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("level", Text, nullable=False),  # core.care.Urgency
    Column("own", Text, nullable=False),  # the same, of the words alone
    Column("known", Integer, nullable=False),  # 0: they could not be read
    Column("course", Float, nullable=False),
    Column("signals", LargeBinary, nullable=False),  # care.crisis.finding.Signal, without words
    Column("version", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)
Index("ix_risk_assessments_session", risk_assessments.c.session_id, risk_assessments.c.created_at)
Index("ix_risk_assessments_user", risk_assessments.c.user_id, risk_assessments.c.created_at)
