"""Every query of administrators about users; what a user asks about themself stands in `identity/store.py`."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, update

from palaver.core.ids import UserId
from palaver.core.principal import Role
from palaver.identity import store as people
from palaver.identity.refusals import LastAdministrator
from palaver.identity.second_factor.tables import second_factors
from palaver.identity.store import User
from palaver.identity.tables import users
from palaver.storage.script import Script, Statement

_ESCAPE = "\\"


def _listed() -> Select[Any]:
    return (
        select(*(users.c[name] for name in User._fields), second_factors.c.confirmed_at)
        .outerjoin_from(users, second_factors, second_factors.c.user_id == users.c.id)
        .where(users.c.removing_at.is_(None))
        .order_by(users.c.id)
    )


def _says(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.lower(column).like(bindparam("like"), escape=_ESCAPE)


_PAGE = Statement(_listed().where(users.c.id > bindparam("after")).limit(bindparam("most")))
_FOUND = Statement(
    _listed()
    .where(users.c.id > bindparam("after"), or_(_says(users.c.email), _says(users.c.name)))
    .limit(bindparam("most"))
)
_ONE = Statement(_listed().where(users.c.id == bindparam("id")))
_OTHER_ADMINISTRATORS = Statement(
    select(func.count()).where(
        and_(users.c.role == "admin", users.c.disabled_at.is_(None), users.c.id != bindparam("but"))
    )
)
_ADMINISTRATORS = Statement(
    select(users.c.id).where(users.c.role == "admin", users.c.disabled_at.is_(None)).order_by(users.c.id).limit(1)
)
_RENAME = Statement(update(users).where(users.c.id == bindparam("user_id")).values(name=bindparam("name")))


class Listed(NamedTuple):
    """A user, and whether signing in asks them for a second factor."""

    user: User
    second_factor: bool


class Changes(NamedTuple):
    """What shall become of a user; None leaves it as it is."""

    name: str | None = None
    role: Role | None = None
    disabled: bool | None = None


def page(after: str, most: int, q: str | None) -> Script[Sequence[Listed]]:
    """Oldest first, those after an id; `q` is looked for in e-mail addresses and names."""
    if q:
        escaped = q.lower().replace(_ESCAPE, _ESCAPE * 2).replace("%", _ESCAPE + "%").replace("_", _ESCAPE + "_")
        rows = (yield _FOUND(after=after, most=most, like=f"%{escaped}%")).rows
    else:
        rows = (yield _PAGE(after=after, most=most)).rows
    return [_listed_of(row) for row in rows]


def one(user_id: UserId) -> Script[Listed | None]:
    """By id."""
    row = (yield _ONE(id=user_id)).first()
    return _listed_of(row) if row else None


def change(user_id: UserId, changes: Changes, now: str) -> Script[tuple[User, User] | None]:
    """The user before and after; LastAdministrator, and nothing is changed, where none would be left."""
    before = yield from people.user(user_id)
    if before is None:
        return None
    after = _changed(before, changes, now)
    if _looks_after(before) and not _looks_after(after):
        yield from check_others(user_id)
    if after.name != before.name:
        yield _RENAME(user_id=user_id, name=after.name)
    if after.role != before.role:
        yield from people.set_role(user_id, after.role)
    if after.disabled_at != before.disabled_at:
        yield from people.set_disabled(user_id, after.disabled_at)
    return before, after


def check_others(user_id: UserId) -> Script[None]:
    """Raise LastAdministrator where nobody besides this one looks after the house."""
    if not (yield _OTHER_ADMINISTRATORS(but=user_id)).rows[0][0]:
        raise LastAdministrator


def first_administrator() -> Script[UserId | None]:
    """Who has looked after the house for longest and still does."""
    row = (yield _ADMINISTRATORS()).first()
    return row[0] if row else None


def _changed(user: User, changes: Changes, now: str) -> User:
    disabled_at = user.disabled_at
    if changes.disabled is not None:
        disabled_at = (disabled_at or now) if changes.disabled else None
    return user._replace(
        name=user.name if changes.name is None else changes.name,
        role=changes.role or user.role,
        disabled_at=disabled_at,
    )


def _looks_after(user: User) -> bool:
    return user.role == "admin" and user.disabled_at is None


def _listed_of(row: tuple[Any, ...]) -> Listed:
    return Listed(User(*row[:-1]), row[-1] is not None)
