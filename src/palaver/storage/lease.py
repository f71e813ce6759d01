"""Leases: which processes are alive, by a row that each keeps renewing; what they hold is the features' business."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Table, Text, bindparam, delete, insert, select, update

from palaver.kit.clock import stamp
from palaver.storage.schema import metadata
from palaver.storage.script import Script, Statement, rows

leases = Table("leases", metadata, Column("holder", Text, primary_key=True), Column("expires_at", Text, nullable=False))

_TAKE = Statement(insert(leases))
_RENEW = Statement(update(leases).where(leases.c.holder == bindparam("key")).values(expires_at=bindparam("until")))
_GIVE_UP = Statement(delete(leases).where(leases.c.holder == bindparam("key")))
_FORGET = Statement(
    delete(leases).where(leases.c.expires_at < bindparam("before"), leases.c.holder != bindparam("mine"))
)
_ALIVE = Statement(select(leases.c.holder).where(leases.c.expires_at >= bindparam("now")))

REMEMBERED = timedelta(days=1)  # how long a lease that ran out is kept, to be seen by operators


def renew(holder: str, now: datetime, span: timedelta) -> Script[None]:
    """Take the lease, or keep it, until `span` from now."""
    until = stamp(now + span)
    if (yield _RENEW(key=holder, until=until)).count == 0:
        yield _TAKE(holder=holder, expires_at=until)
        yield _FORGET(before=stamp(now - REMEMBERED), mine=holder)


def give_up(holder: str) -> Script[None]:
    """End the lease: what its holder held may be claimed at once."""
    yield _GIVE_UP(key=holder)


def alive(now: datetime) -> Script[frozenset[str]]:
    """Who holds a lease."""
    return frozenset(row[0] for row in (yield from rows(_ALIVE(now=stamp(now)))))
