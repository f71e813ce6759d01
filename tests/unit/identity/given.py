"""What tests of identity start from: a password, a signing key, the tables, and requests as ASGI scopes."""

from typing import Any

from palaver.identity import store, tables
from palaver.identity.groups.tables import group_members, groups
from palaver.identity.inviting.tables import house_invitations
from palaver.identity.lockout.tables import wrong_tries
from palaver.identity.second_factor.tables import backup_codes, pending_factors, second_factors
from palaver.kit.sealed import Sealed
from palaver.storage.port import Database

SIGNING_KEY = Sealed(b"k" * 64)

OURS = (
    tables.users,
    tables.browser_sessions,
    tables.token_families,
    tables.refresh_tokens,
    tables.api_keys,
    tables.one_time_tokens,
    groups,
    group_members,
    second_factors,
    backup_codes,
    pending_factors,
    house_invitations,
    wrong_tries,
)


PASSWORD = Sealed("correct horse battery")


def request(
    method: str = "GET", path: str = "/api/v1/auth/me", *, kind: str = "http", query: bytes = b"", **headers: str
) -> dict[str, Any]:
    """An ASGI scope; underscores in header names stand for hyphens."""
    named = {"host": "palaver.example", **headers}
    encoded = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in named.items()]
    scope = {"type": kind, "path": path, "root_path": "", "headers": encoded, "query_string": query}
    return {**scope, "method": method} if kind == "http" else {**scope, "subprotocols": []}


async def settle(database: Database) -> None:
    """Return once everything that was posted before is written: units of work are done in their order."""
    await database.write(store.user("nobody"))
