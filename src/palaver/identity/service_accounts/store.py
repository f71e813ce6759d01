"""Queries about service accounts, which are users of an issuer that signs nobody in."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, update

from palaver.identity.store import User
from palaver.identity.tables import users
from palaver.storage.script import Script, Statement

ISSUER = "palaver:service-accounts"  # no URL, so no issuer of ours can be called so

_OURS = users.c.issuer == ISSUER
_columns = [users.c[name] for name in User._fields]
_ALL = Statement(select(*_columns).where(_OURS, users.c.id > bindparam("after")).order_by(users.c.id).limit(1_000))
_ONE = Statement(select(*_columns).where(_OURS, users.c.id == bindparam("id")))
_RENAME = Statement(update(users).where(_OURS, users.c.id == bindparam("of")).values(name=bindparam("name")))


def every() -> Script[Sequence[User]]:
    """Oldest first."""
    found: list[User] = []
    while rows := (yield _ALL(after=found[-1].id if found else "")).rows:
        found += [User(*row) for row in rows]
    return found


def one(account_id: str) -> Script[User | None]:
    """By id; other users are none."""
    row = (yield _ONE(id=account_id)).first()
    return User(*row) if row else None


def rename(account_id: str, name: str) -> Script[None]:
    """What people see."""
    yield _RENAME(of=account_id, name=name)
