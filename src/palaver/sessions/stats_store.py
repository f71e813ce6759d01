"""Queries that count; a walk over all rows of one person, for `Database.scan`."""

from sqlalchemy import Select, bindparam, desc, func, select
from sqlalchemy.sql.elements import ColumnElement

from palaver.core.ids import UserId
from palaver.sessions.stats import Stats
from palaver.sessions.tables import messages, sessions
from palaver.storage.script import Row, Script, Statement, first

_THEIRS = messages.c.user_id == bindparam("user_id")
# What people of the team and the house itself say is no answer of a model.
_ANSWERS = (_THEIRS, messages.c.role == "assistant", func.coalesce(messages.c.provider, "") != "palaver")
_SESSIONS = Statement(
    select(func.count(), func.coalesce(func.sum(sessions.c.running), 0)).where(
        sessions.c.user_id == bindparam("user_id"), sessions.c.run_id.is_(None)
    )
)
_MESSAGES = Statement(
    select(
        func.count(),
        func.coalesce(func.sum(messages.c.input_tokens), 0),
        func.coalesce(func.sum(messages.c.output_tokens), 0),
        func.sum(messages.c.cost_usd),
        func.avg(messages.c.latency_ms),
        func.count(messages.c.latency_ms),
    ).where(_THEIRS)
)
_TODAY = Statement(select(func.count()).where(_THEIRS, messages.c.created_at >= bindparam("since")))
_LATENCY = Statement(
    select(messages.c.latency_ms)
    .where(_THEIRS, messages.c.latency_ms.is_not(None))
    .order_by(messages.c.latency_ms)
    .limit(1)
    .offset(bindparam("skip"))
)


def _most(column: ColumnElement[str]) -> Select[str]:
    used = func.count()
    return select(column).where(*_ANSWERS, column.is_not(None)).group_by(column).order_by(desc(used), column).limit(1)


_MODEL = Statement(_most(messages.c.model))
_PROVIDER = Statement(_most(messages.c.provider))


def stats(user_id: UserId, since: str) -> Script[Stats]:
    """Everything of one person; `since` is when today began."""
    count, active = _sure((yield from first(_SESSIONS(user_id=user_id))))
    row = _sure((yield from first(_MESSAGES(user_id=user_id))))
    timed = row[5]
    # The smallest latency that 95 of 100 answers do not exceed (nearest rank).
    slow = (yield from first(_LATENCY(user_id=user_id, skip=-(-timed * 95 // 100) - 1))) if timed else None
    today = _sure((yield from first(_TODAY(user_id=user_id, since=since))))
    model = yield from first(_MODEL(user_id=user_id))
    provider = yield from first(_PROVIDER(user_id=user_id))
    return Stats(
        sessions=count,
        messages=row[0],
        active=active,
        today=today[0],
        mean_latency_ms=row[4],
        p95_latency_ms=slow[0] if slow else None,
        most_used_model=model[0] if model else None,
        most_used_provider=provider[0] if provider else None,
        input_tokens=row[1],
        output_tokens=row[2],
        cost_usd=row[3],
    )


def _sure(row: Row | None) -> Row:
    assert row is not None, "an aggregate always gives a row"
    return row
