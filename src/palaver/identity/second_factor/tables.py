"""Where second factors are stored, and sign-ins that wait for one; no query. The secret is sealed, codes are hashed."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from palaver.storage.schema import metadata


def _user(*, key: bool = False) -> Column[str]:
    return Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, primary_key=key)


second_factors = Table(
    "second_factors",
    metadata,
    _user(key=True),
    Column("secret", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("confirmed_at", Text),  # since when it is asked for
    Column("last_step", Integer),  # the newest time step whose code was used; none is used twice
)

backup_codes = Table(
    "backup_codes",
    metadata,
    Column("hash", Text, primary_key=True),
    _user(),
    Column("created_at", Text, nullable=False),
    Column("used_at", Text),
    Index(None, "user_id"),
)

# Whose password was right, and who has not shown the second factor yet. This is no sign-in: the door does not know it.
pending_factors = Table(
    "pending_factors",
    metadata,
    Column("hash", Text, primary_key=True),
    _user(),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)
