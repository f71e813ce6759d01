"""Every query about the shelves, and the one place that decides who may see what stands there.

All of them are scripts (`storage.script`). What is neither the user's nor shared is not found.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, tuple_, union_all, update
from sqlalchemy.sql.elements import ColumnElement

from palaver.agents.sharing.tables import definition_shares as shares
from palaver.agents.tables import definition_versions as versions
from palaver.agents.tables import definitions
from palaver.core.ids import UserId
from palaver.identity.groups.store import holders_of
from palaver.identity.tables import users
from palaver.storage.script import Script, Statement, first, rows

MOST_AT_ONCE = 5_000  # what is read for one turn; several times what a person and some administrators may keep
MOST_OF_A_NAME = 20  # the first of them is meant


class Kept(NamedTuple):
    """A definition without its long fields. `role` is its owner's: an administrator's word is the operator's."""

    id: str
    user_id: UserId
    kind: str
    name: str
    shared: int
    version: int
    brief: str
    created_at: str
    updated_at: str
    role: str


class Version(NamedTuple):
    """One version of a definition, whole."""

    version: int
    body: str
    shared: int
    changed_by: str
    created_at: str


def visible_to() -> ColumnElement[bool]:
    """Which definitions someone may see: their own, what is shared with all, and what is shared with them."""
    return or_(definitions.c.user_id == bindparam("user_id"), definitions.c.shared == 1, shared_with())


def shared_with() -> ColumnElement[bool]:
    """What is shared with somebody, or with a group of theirs."""
    theirs = or_(shares.c.user_id == bindparam("user_id"), shares.c.group_id.in_(holders_of("user_id")))
    return definitions.c.id.in_(select(shares.c.definition_id).where(theirs))


_columns = [definitions.c[name] for name in Kept._fields[:-1]]
_any = select(*_columns, users.c.role).join(users, users.c.id == definitions.c.user_id)
_seen = _any.where(visible_to())
_ONE = Statement(_seen.where(definitions.c.id == bindparam("id"), definitions.c.kind == bindparam("kind")))
# Two selects, because each has its index; what other users share is not read in everybody's turns.
_UNNAMED = Statement(
    union_all(
        _any.where(definitions.c.user_id == bindparam("user_id")),
        _any.where(definitions.c.shared == 1, definitions.c.user_id != bindparam("user_id"), users.c.role == "admin"),
    ).limit(MOST_AT_ONCE)
)
_NAMED = Statement(
    _any.where(
        or_(definitions.c.shared == 1, shared_with()),
        definitions.c.kind == bindparam("kind"),
        or_(definitions.c.name == bindparam("name"), definitions.c.id == bindparam("name")),
    )
    .order_by(definitions.c.id)
    .limit(MOST_OF_A_NAME)
)
_PAGE = Statement(
    _seen.where(
        definitions.c.kind == bindparam("kind"),
        tuple_(definitions.c.name, definitions.c.id) > tuple_(bindparam("after_name"), bindparam("after_id")),
    )
    .order_by(definitions.c.name, definitions.c.id)
    .limit(bindparam("most"))
)
_COUNT = Statement(
    select(func.count()).where(
        and_(definitions.c.user_id == bindparam("user_id"), definitions.c.kind == bindparam("kind"))
    )
)
_INSERT = Statement(insert(definitions))
_INSERT_VERSION = Statement(insert(versions))
_UPDATE = Statement(
    update(definitions)
    .where(definitions.c.id == bindparam("of"), definitions.c.version == bindparam("before"))
    .values({name: bindparam(name) for name in ("name", "shared", "version", "brief", "updated_at")})
)
_DELETE = Statement(delete(definitions).where(definitions.c.id == bindparam("id")))
_version_columns = [versions.c[name] for name in Version._fields]
_VERSION = Statement(
    select(*_version_columns).where(
        versions.c.definition_id == bindparam("of"), versions.c.version == bindparam("number")
    )
)
_NEWEST = Statement(
    select(*_version_columns)
    .where(versions.c.definition_id == bindparam("of"))
    .order_by(versions.c.version.desc())
    .limit(1)
)
_VERSIONS = Statement(
    select(*_version_columns)
    .where(versions.c.definition_id == bindparam("of"), versions.c.version < bindparam("before"))
    .order_by(versions.c.version.desc())
    .limit(bindparam("most"))
)
_FORGET = Statement(
    delete(versions).where(versions.c.definition_id == bindparam("of"), versions.c.version <= bindparam("last"))
)


def one(kind: str, definition_id: str, user_id: UserId) -> Script[Kept | None]:
    """By id, if this user may see it."""
    row = yield from first(_ONE(kind=kind, id=definition_id, user_id=user_id))
    return Kept(*row) if row else None


def unnamed(user_id: UserId) -> Script[list[Kept]]:
    """What acts for a user without being named: their own, and what administrators share; of every kind."""
    return [Kept(*row) for row in (yield from rows(_UNNAMED(user_id=user_id)))]


def shared_as(wanted: Sequence[tuple[str, str]], user_id: UserId) -> Script[list[Kept]]:
    """What anybody shares with all, or with this user, under these kinds and names (or ids)."""
    found: list[Kept] = []
    for kind, name in wanted:
        found += [Kept(*row) for row in (yield from rows(_NAMED(kind=kind, name=name, user_id=user_id)))]
    return found


def page(kind: str, user_id: UserId, after: tuple[str, str], most: int) -> Script[list[Kept]]:
    """What a user may see of one kind after a name and an id, in their order."""
    found = yield from rows(_PAGE(kind=kind, user_id=user_id, after_name=after[0], after_id=after[1], most=most))
    return [Kept(*row) for row in found]


def version(definition_id: str, number: int) -> Script[Version | None]:
    """One version; the newest where that one is no longer kept; None where the whole definition is gone.

    Whoever has an id and a version was allowed to see it when they got it.
    """
    row = yield from first(_VERSION(of=definition_id, number=number))
    if row is None:
        row = yield from first(_NEWEST(of=definition_id))
    return Version(*row) if row else None


def history(definition_id: str, before: int, most: int) -> Script[Sequence[Version]]:
    """Newest first."""
    return [Version(*row) for row in (yield from rows(_VERSIONS(of=definition_id, before=before, most=most)))]


def add(kept: Kept, first_version: Version, most: int) -> Script[bool]:
    """Insert, unless the owner has as many as one may; `UniqueViolated` where the name is taken."""
    count = (yield _COUNT(user_id=kept.user_id, kind=kept.kind)).rows[0][0]
    if count >= most:
        return False
    yield _INSERT(**_without_role(kept))
    yield _INSERT_VERSION(definition_id=kept.id, **first_version._asdict())
    return True


def change(kept: Kept, next_version: Version, versions_kept: int) -> Script[bool]:
    """Put the next version in place of the one before it; False where somebody else was faster."""
    values = {name: getattr(kept, name) for name in ("name", "shared", "version", "brief", "updated_at")}
    done = yield _UPDATE(of=kept.id, before=kept.version - 1, **values)
    if done.count != 1:
        return False
    yield _INSERT_VERSION(definition_id=kept.id, **next_version._asdict())
    yield _FORGET(of=kept.id, last=kept.version - versions_kept)
    return True


def remove(definition_id: str) -> Script[None]:
    """With every version."""
    yield _DELETE(id=definition_id)


def _without_role(kept: Kept) -> Mapping[str, Any]:
    values = kept._asdict()
    del values["role"]
    return values
