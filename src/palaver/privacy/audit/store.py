"""Every query of the audit log: adds at the end, reads, and takes old entries away under a mark; it seals nothing."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select

from palaver.core.audit import SecurityEvent
from palaver.privacy.audit.chain import PRUNED, AuditEntry
from palaver.privacy.audit.tables import audit_log
from palaver.storage.script import Row, Script, Statement, first, rows

Link = Callable[[AuditEntry | None, SecurityEvent], AuditEntry]

_columns = [audit_log.c[name] for name in AuditEntry.__struct_fields__]
_ADD = Statement(insert(audit_log))
_LAST = Statement(select(*_columns).order_by(audit_log.c.n.desc()).limit(1))
_MARK = Statement(select(*_columns).where(audit_log.c.kind == PRUNED).order_by(audit_log.c.n.desc()).limit(1))
_ONE = Statement(select(*_columns).where(audit_log.c.n == bindparam("n")))
_OLDEST = Statement(select(func.min(audit_log.c.n)))
_OLD = Statement(select(*_columns).where(audit_log.c.at < bindparam("before")).order_by(audit_log.c.n.desc()).limit(1))
_TAKE = Statement(delete(audit_log).where(audit_log.c.n <= bindparam("n")))


class Asked(NamedTuple):
    """Which entries: of a kind (`auth.signed_in`) or an area of kinds (`auth`), of somebody, between two instants."""

    kind: str | None = None
    actor_id: str | None = None
    since: str | None = None
    until: str | None = None


EVERYTHING = Asked()


def append(event: SecurityEvent, link: Link) -> Script[AuditEntry]:
    """Add one; nobody comes between reading the last one and adding the next."""
    found = yield from first(_LAST())
    entry = link(_entry(found) if found else None, event)
    yield _ADD(**msgspec.structs.asdict(entry) | {"detail": msgspec.json.encode(entry.detail).decode()})
    return entry


def newest(asked: Asked, before: int, most: int) -> Script[list[AuditEntry]]:
    """A page, the newest first, of those before a number."""
    found = yield from rows(_pages(_given(asked), oldest_first=False)(**_values(asked), n=before, most=most))
    return [_entry(row) for row in found]


def oldest(asked: Asked, after: int, most: int) -> Script[list[AuditEntry]]:
    """A page, the oldest first, of those after a number."""
    found = yield from rows(_pages(_given(asked), oldest_first=True)(**_values(asked), n=after, most=most))
    return [_entry(row) for row in found]


def mark() -> Script[AuditEntry | None]:
    """The newest entry that says what was taken away."""
    found = yield from first(_MARK())
    return _entry(found) if found else None


def last() -> Script[AuditEntry | None]:
    """The newest."""
    found = yield from first(_LAST())
    return _entry(found) if found else None


def one(n: int) -> Script[AuditEntry | None]:
    """By number."""
    found = yield from first(_ONE(n=n))
    return _entry(found) if found else None


def prune(before: str, link: Link) -> Script[tuple[int, AuditEntry] | None]:
    """Take away what is older than an instant, and say so in the log itself: how many, and what that wrote."""
    found = yield from first(_OLD(before=before))
    if found is None:
        return None
    upto = _entry(found)
    begins = (yield from first(_OLDEST())) or (upto.n,)
    count = upto.n - begins[0] + 1
    said = {"entries": str(count), "hash": upto.hash}
    entry = yield from append(SecurityEvent(kind=PRUNED, subject=str(upto.n), detail=said), link)
    yield _TAKE(n=upto.n)
    return count, entry


def _entry(row: Row) -> AuditEntry:
    values: dict[str, Any] = dict(zip(AuditEntry.__struct_fields__, row, strict=True))
    values["detail"] = msgspec.json.decode(values["detail"], type=dict[str, str])
    return AuditEntry(**values)


def _given(asked: Asked) -> frozenset[str]:
    return frozenset(name for name, value in asked._asdict().items() if value is not None)


def _values(asked: Asked) -> dict[str, str]:
    """An area is everything from its name and a point to what would follow all of it."""
    values = {name: value for name, value in asked._asdict().items() if value is not None}
    kind = values.pop("kind", None)
    if kind is not None:
        values |= {"kind": kind, "kind_to": kind} if "." in kind else {"kind": f"{kind}.", "kind_to": f"{kind}/"}
    return values


@lru_cache(maxsize=32)
def _pages(given: frozenset[str], *, oldest_first: bool) -> Statement:
    c = audit_log.c
    conditions: dict[str, ColumnElement[bool]] = {
        "kind": c.kind.between(bindparam("kind"), bindparam("kind_to")),
        "actor_id": c.actor_id == bindparam("actor_id"),
        "since": c.at >= bindparam("since"),
        "until": c.at < bindparam("until"),
    }
    beyond = c.n > bindparam("n") if oldest_first else c.n < bindparam("n")
    asked = select(*_columns).where(beyond, *(conditions[name] for name in sorted(given)))
    return Statement(asked.order_by(c.n if oldest_first else c.n.desc()).limit(bindparam("most")))
