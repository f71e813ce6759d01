"""Finds and replaces sealed texts in whatever table they stand; it opens none, and knows no feature.

Tables are looked through by their primary keys, so many findings at a time, and a field is changed only if it still is
what was read: who writes meanwhile wins.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, Text, bindparam, cast, func, or_, select, tuple_, update

from palaver.storage.schema import metadata
from palaver.storage.script import Row, Script, Statement, rows

BATCH = 100
_NO_SECRETS = frozenset({"audit_log", "alembic_version"})

Again = Callable[[bytes], bytes]


def tables() -> list[Table]:
    """All that may hold a sealed text."""
    return [table for table in metadata.sorted_tables if table.name not in _NO_SECRETS and _columns(table)]


def holding(table: Table, needle: str, after: Row | None) -> Script[Sequence[Row]]:
    """So many rows that hold a text, after the one with this primary key."""
    values = {f"after_{number}": value for number, value in enumerate(after or ())}
    return (yield from rows(_holding(table, began=after is not None)(needle=needle.encode(), **values)))


def key_in(table: Table, row: Row) -> Row:
    """The primary key of such a row."""
    return row[: len(_keys(table))]


def rewrap(table: Table, found: Sequence[Row], again: Again) -> Script[int]:
    """Put the new text where the old one still stands; how many fields that were."""
    changed = 0
    for row in found:
        key = {f"key_{number}": value for number, value in enumerate(key_in(table, row))}
        for column, value in zip(_columns(table), row[len(key) :], strict=True):
            fresh = _same_kind(again(_bytes(value)), value) if value is not None else None
            if fresh != value:
                changed += (yield _put(table, column.name)(**key, was=value, now=fresh)).count
    return changed


def differs(table: Table, found: Sequence[Row], again: Again) -> bool:
    """Whether any of these fields would become another text."""
    values = [value for row in found for value in row[len(_keys(table)) :] if value is not None]
    return any(again(_bytes(value)) != _bytes(value) for value in values)


def _keys(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns)


def _columns(table: Table) -> list[Column[Any]]:
    keys = {column.name for column in _keys(table)}
    return [one for one in table.columns if isinstance(one.type, Text | LargeBinary) and one.name not in keys]


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def _same_kind(content: bytes, like: Any) -> Any:
    return content if isinstance(like, bytes) else content.decode("utf-8", "surrogatepass")


@lru_cache(maxsize=256)
def _holding(table: Table, *, began: bool) -> Statement:
    keys, needle = _keys(table), bindparam("needle", type_=LargeBinary)
    holds = or_(*(func.instr(cast(column, LargeBinary), needle) > 0 for column in _columns(table)))
    asked = select(*keys, *_columns(table)).where(holds).order_by(*keys).limit(BATCH)
    if began:
        after = tuple_(*(bindparam(f"after_{number}", type_=key.type) for number, key in enumerate(keys)))
        asked = asked.where(tuple_(*keys) > after)
    return Statement(asked)


@lru_cache(maxsize=512)
def _put(table: Table, column: str) -> Statement:
    of = [key == bindparam(f"key_{number}") for number, key in enumerate(_keys(table))]
    where = (*of, table.c[column] == bindparam("was"))
    return Statement(update(table).where(*where).values({column: bindparam("now")}))
