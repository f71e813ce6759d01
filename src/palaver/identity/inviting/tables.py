"""Where invitations to the house are stored; no query, and no secret but its hash."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from palaver.storage.schema import metadata

# `user_id` is the administrator who invites: what they handed out goes with them.
house_invitations = Table(
    "house_invitations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("email", Text),  # whom it is for; left out, whoever has the link
    Column("role", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("used_at", Text),
    Index(None, "user_id"),
)
