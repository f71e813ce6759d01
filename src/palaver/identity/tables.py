"""The tables of identity: users and every kind of credential; no secret stands in them, only hashes."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint, text

from palaver.storage.schema import metadata


def _user() -> Column[str]:
    return Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


# A local user has the issuer "" and, as subject, the normal form of the e-mail address: one unique key for all. The
# e-mail of a foreign user is what its issuer says, and decides nothing.
users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("email", Text),
    Column("name", Text),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("created_at", Text, nullable=False),
    Column("verified_at", Text),  # since when the e-mail address is known to be theirs
    Column("disabled_at", Text),  # since when no credential of theirs opens anything
    Column("role_said_at", Text),  # when their issuer said last what they may do
    Column("removing_at", Text),  # since when they are being deleted: nobody any more, until what they own is gone
    UniqueConstraint("issuer", "subject"),
    Index(None, "email"),
)


def _device() -> tuple[Column[str], ...]:
    """Of what is opened in one sign-in: the cookie and the tokens stand for one device, from where it was seen."""
    return tuple(
        Column(name, Text, nullable=False, server_default=text("''")) for name in ("device_id", "agent", "address")
    )


# Cookies. The primary key is the hash of the secret.
browser_sessions = Table(
    "browser_sessions",
    metadata,
    Column("hash", Text, primary_key=True),
    _user(),
    Column("created_at", Text, nullable=False),
    Column("last_used_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    *_device(),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)

# One sign-in by a client that keeps its tokens itself, and all refresh tokens that followed from it.
token_families = Table(
    "token_families",
    metadata,
    Column("id", Text, primary_key=True),
    _user(),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("revoked_at", Text),
    *_device(),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("family_id", Text, ForeignKey("token_families.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("used_at", Text),
    Index(None, "family_id"),
    Index(None, "expires_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    _user(),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("scopes", Text),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text),
    Column("last_used_at", Text),
    Column("networks", Text),  # from where it may be used; left out, from everywhere
    Column("replaces_id", Text),  # the key that it followed when that was rotated
    Index(None, "user_id", "id"),
)

# Sign-in links, WebSocket tickets, links in letters. A ticket of an API key carries its scopes, and goes when the key
# goes; a ticket of somebody signed in carries what they are signed in by, and opens nothing once that is over.
one_time_tokens = Table(
    "one_time_tokens",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    _user(),
    Column("key_id", Text, ForeignKey("api_keys.id", ondelete="CASCADE")),
    Column("scopes", Text),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("used_at", Text),
    Column("sign_in", Text),
    Index(None, "user_id"),
    Index(None, "expires_at"),
    Index(None, "key_id"),
)
