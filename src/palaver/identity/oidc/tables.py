"""The table of sign-ins that were begun at another issuer and are not over; only hashes stand in it."""

from sqlalchemy import Column, Index, Table, Text

from palaver.storage.schema import metadata

# It belongs to nobody yet: to the browser that has the secret of `binding_hash` in a cookie.
pending_sign_ins = Table(
    "pending_sign_ins",
    metadata,
    Column("state_hash", Text, primary_key=True),
    Column("binding_hash", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index(None, "expires_at"),
)
