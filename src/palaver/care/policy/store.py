"""Every query about policies of care; it adds versions and changes none."""

from typing import NamedTuple

from sqlalchemy import bindparam, insert, select

from palaver.care.policy.tables import care_policies
from palaver.storage.script import Script, Statement, first, rows

_c = care_policies.c
_COLUMNS = (_c.version, _c.body, _c.set_by, _c.set_at, _c.note, _c.reverts_to)
_PUT = Statement(insert(care_policies).values({column.name: bindparam(column.name) for column in _c}))
_NEWEST = Statement(select(*_COLUMNS).order_by(_c.version.desc()).limit(1))
_FIND = Statement(select(*_COLUMNS).where(_c.version == bindparam("key")))
_PAGE = Statement(
    select(*_COLUMNS).where(_c.version < bindparam("before")).order_by(_c.version.desc()).limit(bindparam("limit"))
)


class Kept(NamedTuple):
    """A policy as it is stored."""

    version: int
    body: str
    set_by: str
    set_at: str
    note: str
    reverts_to: int | None


def put(kept: Kept) -> Script[None]:
    """Write a version down."""
    yield _PUT(**kept._asdict())


def newest() -> Script[Kept | None]:
    """The version that holds, or None where none was ever set."""
    row = yield from first(_NEWEST())
    return Kept(*row) if row else None


def find(version: int) -> Script[Kept | None]:
    """One version."""
    row = yield from first(_FIND(key=version))
    return Kept(*row) if row else None


def page(before: int, limit: int) -> Script[list[Kept]]:
    """Some versions before one, the newest first."""
    return [Kept(*row) for row in (yield from rows(_PAGE(before=before, limit=limit)))]
