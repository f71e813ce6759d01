"""Counts accounts and keys that are less safe than they could be; it names nobody and judges nothing."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from palaver.identity.second_factor.tables import second_factors
from palaver.identity.tables import api_keys, users
from palaver.storage.script import Script, Statement

_ENDLESS = Statement(select(func.count()).select_from(api_keys).where(api_keys.c.expires_at.is_(None)))
_UNUSED = Statement(
    select(func.count())
    .select_from(api_keys)
    .where(func.coalesce(api_keys.c.last_used_at, api_keys.c.created_at) < bindparam("before"))
)
_FACTORS = select(second_factors.c.user_id).where(second_factors.c.confirmed_at.is_not(None))
_PLAIN_ADMINS = Statement(
    select(func.count())
    .select_from(users)
    .where(
        users.c.role == "admin",
        users.c.issuer == "",
        users.c.password_hash.is_not(None),
        users.c.disabled_at.is_(None),
        users.c.id.not_in(_FACTORS),
    )
)


class Accounts(NamedTuple):
    """How many keys never end, how many were not used since an instant, how many administrators have one factor."""

    endless_keys: int
    unused_keys: int
    plain_admins: int


def look(before: str) -> Script[Accounts]:
    """Count them."""
    return Accounts(
        (yield _ENDLESS()).rows[0][0], (yield _UNUSED(before=before)).rows[0][0], (yield _PLAIN_ADMINS()).rows[0][0]
    )
