"""What models consumed for one person, added up from rows; it writes none."""

from typing import Literal

import msgspec
from sqlalchemy import Subquery, bindparam, func, literal, select, union_all
from sqlalchemy.sql import Executable
from sqlalchemy.sql.elements import ColumnElement

from palaver.context.tables import asides
from palaver.core.ids import UserId
from palaver.sessions.tables import messages
from palaver.storage.script import Row, Script, Statement, rows

By = Literal["day", "model", "session"]

FIRST, LAST = "", "~"  # before and after every instant


class Consumed(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens and money of so many calls' results; `cost_usd` is null where no price is known."""

    answers: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = None

    def plus(self, other: "Consumed") -> "Consumed":
        """Both together; a cost is known when either is."""
        costs = [cost for cost in (self.cost_usd, other.cost_usd) if cost is not None]
        return Consumed(
            answers=self.answers + other.answers,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            cost_usd=sum(costs) if costs else None,
        )


_SPENT = ("created_at", "model", "session_id", "input_tokens", "output_tokens", "cached_tokens", "cost_usd")


def _everything() -> Subquery:
    theirs = select(*(messages.c[name] for name in _SPENT)).where(
        messages.c.user_id == bindparam("user_id"),
        messages.c.input_tokens.is_not(None),
        messages.c.created_at >= bindparam("since"),
        messages.c.created_at < bindparam("until"),
    )
    besides = select(*(asides.c[name] for name in _SPENT)).where(
        asides.c.user_id == bindparam("user_id"),
        asides.c.created_at >= bindparam("since"),
        asides.c.created_at < bindparam("until"),
    )
    return union_all(theirs, besides).subquery()


def _added_up(by: By) -> Executable:
    spent = _everything()
    keys: dict[By, ColumnElement[str]] = {
        "day": func.substr(spent.c.created_at, 1, 10),
        "model": func.coalesce(spent.c.model, literal("")),
        "session": spent.c.session_id,
    }
    key = keys[by]
    return (
        select(
            key,
            func.count(),
            func.sum(spent.c.input_tokens),
            func.sum(spent.c.output_tokens),
            func.sum(func.coalesce(spent.c.cached_tokens, 0)),
            func.sum(spent.c.cost_usd),
        )
        .group_by(key)
        .order_by(key)
    )


_BY: dict[By, Statement] = {by: Statement(_added_up(by)) for by in ("day", "model", "session")}


def added_up(user_id: UserId, by: By, since: str, until: str) -> Script[list[tuple[str, Consumed]]]:
    """What was consumed between two instants, the second one exclusive, by day (UTC), model or session."""
    found = yield from rows(_BY[by](user_id=user_id, since=since, until=until))
    return [(row[0], _consumed(row)) for row in found]


def _consumed(row: Row) -> Consumed:
    return Consumed(answers=row[1], input_tokens=row[2], output_tokens=row[3], cached_tokens=row[4], cost_usd=row[5])
