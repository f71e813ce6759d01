"""What models consumed, added up from what was written down when it was; it writes none."""

from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import bindparam, func, literal, select
from sqlalchemy.sql.elements import ColumnElement

from palaver.identity.budgets.tables import spendings
from palaver.identity.groups.tables import group_members, groups
from palaver.identity.tables import api_keys, users
from palaver.storage.script import Row, Script, Statement, rows

By = Literal["day", "model", "session", "user", "key", "organisation"]

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


class Asked(NamedTuple):
    """A report that somebody wants: of one person, or of all where `user_id` is None; the second hour is exclusive."""

    by: By
    since: str
    until: str
    user_id: str | None


_nobody = literal(None)
_KEYS: dict[By, tuple[ColumnElement[Any], ColumnElement[Any]]] = {
    "day": (func.substr(spendings.c.hour, 1, 10), _nobody),
    "model": (spendings.c.model, _nobody),
    "session": (spendings.c.session_id, _nobody),
    "user": (spendings.c.user_id, func.max(func.coalesce(users.c.email, users.c.name))),
    "key": (spendings.c.key_id, func.max(api_keys.c.name)),
    "organisation": (func.coalesce(groups.c.id, literal("")), func.max(groups.c.name)),
}


def _report(by: By, *, everybody: bool) -> Statement:
    key, name = _KEYS[by]
    found = select(
        key,
        name,
        func.sum(spendings.c.answers),
        func.sum(spendings.c.input_tokens),
        func.sum(spendings.c.output_tokens),
        func.sum(spendings.c.cached_tokens),
        func.sum(spendings.c.cost_usd),
    )
    if by == "user":
        found = found.outerjoin_from(spendings, users, users.c.id == spendings.c.user_id)
    elif by == "key":
        found = found.outerjoin_from(spendings, api_keys, api_keys.c.id == spendings.c.key_id)
    elif by == "organisation":
        found = found.select_from(
            spendings.outerjoin(
                group_members.join(
                    groups, (groups.c.id == group_members.c.group_id) & (groups.c.kind == "organisation")
                ),
                group_members.c.user_id == spendings.c.user_id,
            )
        )
    found = found.where(spendings.c.hour >= bindparam("since"), spendings.c.hour < bindparam("until"))
    found = found if everybody else found.where(spendings.c.user_id == bindparam("user_id"))
    return Statement(found.group_by(key).order_by(key))


_OF_ONE = {by: _report(by, everybody=False) for by in _KEYS}
_OF_ALL = {by: _report(by, everybody=True) for by in _KEYS}


def added_up(asked: Asked) -> Script[list[tuple[str, str | None, Consumed]]]:
    """What was consumed, in parts: the key of each, its name where it has one, and how much."""
    between = {"since": asked.since, "until": asked.until}
    if asked.user_id is None:
        found = yield from rows(_OF_ALL[asked.by](**between))
    else:
        found = yield from rows(_OF_ONE[asked.by](user_id=asked.user_id, **between))
    return [(row[0], row[1], _consumed(row[2:])) for row in found]


def _consumed(row: Row) -> Consumed:
    return Consumed(answers=row[0], input_tokens=row[1], output_tokens=row[2], cached_tokens=row[3], cost_usd=row[4])
