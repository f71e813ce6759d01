"""Where it is stored what asking models cost, and what it may; no query."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, Table, Text

from palaver.storage.schema import metadata

# What models consumed, for good: it outlives the sessions in which it was. Prices of later are not asked.
spendings = Table(
    "spendings",
    metadata,
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("hour", Text, primary_key=True),  # 2026-11-21T21, of UTC
    Column("session_id", Text, primary_key=True),  # "" where there was none
    Column("model", Text, primary_key=True),
    Column("key_id", Text, primary_key=True),  # "" where no API key asked
    Column("answers", Integer, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("cost_usd", Float),
    sqlite_with_rowid=False,
)

# One of the three names whose it is.
budgets = Table(
    "budgets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), unique=True),
    Column("key_id", Text, ForeignKey("api_keys.id", ondelete="CASCADE"), unique=True),
    Column("organisation_id", Text, ForeignKey("groups.id", ondelete="CASCADE"), unique=True),
    Column("tokens", BigInteger),
    Column("usd", Float),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)

# What of a budget was consumed in a month; it is added up from `spendings` when the budget is first looked at.
budget_uses = Table(
    "budget_uses",
    metadata,
    Column("budget_id", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE")),  # of a budget that the settings give
    Column("tokens", BigInteger, nullable=False),
    Column("usd", Float, nullable=False),
    Column("warned_at", Text),
    Index(None, "user_id"),
    sqlite_with_rowid=False,
)

# What may still be consumed by calls under way; `holder` is the run, or the question beside runs.
budget_holds = Table(
    "budget_holds",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("budget_id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("usd", Float, nullable=False),
    Column("until", Text),  # when it counts no more, should whoever took it be gone; runs come back for theirs
    Index(None, "budget_id"),
    Index(None, "user_id"),
    sqlite_with_rowid=False,
)
