"""Every query about budgets and what was spent, all of them scripts; what fits is decided in `budget`."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.core.ids import SessionId, UserId
from palaver.core.usage import Usage
from palaver.identity.budgets.budget import Amount, Budget, Kind, Payer, Standing
from palaver.identity.budgets.tables import budget_holds, budget_uses, budgets, spendings
from palaver.identity.groups.tables import group_members
from palaver.identity.groups.tables import groups as all_groups
from palaver.identity.tables import api_keys, users
from palaver.storage.script import Row, Script, Statement, changed, first, rows


class Spending(NamedTuple):
    """What was consumed: where, of which model; `answers` is 0 where a model was asked beside answers."""

    session_id: SessionId | None
    model: str
    usage: Usage
    answers: int = 1


_COLUMNS = (
    budgets.c.id, budgets.c.user_id, budgets.c.key_id, budgets.c.organisation_id, budgets.c.tokens, budgets.c.usd,
)  # fmt: skip
_theirs = select(group_members.c.group_id).where(group_members.c.user_id == bindparam("user_id"))
_OF = Statement(
    select(*_COLUMNS)
    .where(
        or_(
            budgets.c.user_id == bindparam("user_id"),
            budgets.c.key_id == bindparam("key_id"),
            budgets.c.organisation_id.in_(_theirs),
        )
    )
    .order_by(budgets.c.id)
)
_ALL = Statement(
    select(*_COLUMNS).where(budgets.c.id > bindparam("after")).order_by(budgets.c.id).limit(bindparam("most"))
)
_ONE = Statement(select(*_COLUMNS).where(budgets.c.id == bindparam("key")))
_BY_SUBJECT: dict[Kind, Statement] = {
    "user": Statement(select(*_COLUMNS).where(budgets.c.user_id == bindparam("subject"))),
    "key": Statement(select(*_COLUMNS).where(budgets.c.key_id == bindparam("subject"))),
    "organisation": Statement(select(*_COLUMNS).where(budgets.c.organisation_id == bindparam("subject"))),
}
_THERE: dict[Kind, Statement] = {
    "user": Statement(select(users.c.id).where(users.c.id == bindparam("subject"))),
    "key": Statement(select(api_keys.c.id).where(api_keys.c.id == bindparam("subject"))),
    "organisation": Statement(
        select(all_groups.c.id).where(all_groups.c.id == bindparam("subject"), all_groups.c.kind == "organisation")
    ),
}
_ADD = Statement(insert(budgets))
_CHANGE = Statement(
    update(budgets)
    .where(budgets.c.id == bindparam("key"))
    .values(tokens=bindparam("tokens"), usd=bindparam("usd"), updated_at=bindparam("now"))
)
_REMOVE = Statement(delete(budgets).where(budgets.c.id == bindparam("key")))
_FORGET_USES = Statement(delete(budget_uses).where(budget_uses.c.budget_id == bindparam("key")))
_FORGET_HOLDS = Statement(delete(budget_holds).where(budget_holds.c.budget_id == bindparam("key")))
_UNWARN = Statement(update(budget_uses).where(budget_uses.c.budget_id == bindparam("key")).values(warned_at=None))

_IN_USE = (budget_uses.c.budget_id == bindparam("key"), budget_uses.c.month == bindparam("of"))
_USE = Statement(select(budget_uses.c.tokens, budget_uses.c.usd, budget_uses.c.warned_at).where(*_IN_USE))
_BEGIN_USE = Statement(insert(budget_uses))
_ADD_USE = Statement(
    update(budget_uses)
    .where(*_IN_USE)
    .values(tokens=budget_uses.c.tokens + bindparam("more"), usd=budget_uses.c.usd + bindparam("dearer"))
)
_WARN = Statement(update(budget_uses).where(*_IN_USE).values(warned_at=bindparam("now")))

_sum = (
    func.coalesce(func.sum(spendings.c.input_tokens + spendings.c.output_tokens), 0),
    func.coalesce(func.sum(spendings.c.cost_usd), 0.0),
)
_since = spendings.c.hour >= bindparam("since")
_members = select(group_members.c.user_id).where(group_members.c.group_id == bindparam("subject"))
_SPENT: dict[Kind, Statement] = {
    "user": Statement(select(*_sum).where(spendings.c.user_id == bindparam("subject"), _since)),
    "key": Statement(
        select(*_sum).where(
            spendings.c.user_id
            == select(api_keys.c.user_id).where(api_keys.c.id == bindparam("subject")).scalar_subquery(),
            spendings.c.key_id == bindparam("subject"),
            _since,
        )
    ),
    "organisation": Statement(select(*_sum).where(spendings.c.user_id.in_(_members), _since)),
}

_HELD = Statement(
    select(func.coalesce(func.sum(budget_holds.c.tokens), 0), func.coalesce(func.sum(budget_holds.c.usd), 0.0)).where(
        budget_holds.c.budget_id == bindparam("key"),
        budget_holds.c.holder != bindparam("but"),
        or_(budget_holds.c.until.is_(None), budget_holds.c.until > bindparam("now")),
    )
)
_put = insert_or(budget_holds).values({one.name: bindparam(one.name) for one in budget_holds.c})
_HOLD = Statement(
    _put.on_conflict_do_update(
        index_elements=["holder", "budget_id"], set_={"tokens": _put.excluded.tokens, "usd": _put.excluded.usd}
    )
)
_LET_GO = Statement(delete(budget_holds).where(budget_holds.c.holder == bindparam("of")))
_LET_GO_OF_LATE = Statement(delete(budget_holds).where(budget_holds.c.until <= bindparam("now")))

_spend = insert_or(spendings).values({one.name: bindparam(one.name) for one in spendings.c})
_known = spendings.c.cost_usd
_SPEND = Statement(
    _spend.on_conflict_do_update(
        index_elements=["user_id", "hour", "session_id", "model", "key_id"],
        set_={
            "answers": spendings.c.answers + _spend.excluded.answers,
            "input_tokens": spendings.c.input_tokens + _spend.excluded.input_tokens,
            "output_tokens": spendings.c.output_tokens + _spend.excluded.output_tokens,
            "cached_tokens": spendings.c.cached_tokens + _spend.excluded.cached_tokens,
            "cost_usd": case(
                (_known.is_(None), _spend.excluded.cost_usd),
                else_=_known + func.coalesce(_spend.excluded.cost_usd, 0.0),
            ),
        },
    )
)


def of(payer: Payer) -> Script[list[Budget]]:
    """The budgets that hold for somebody: their own, their key's, their organisations'."""
    found = yield from rows(_OF(user_id=payer.user_id, key_id=payer.key_id))
    return [_budget(row) for row in found]


def page(after: str, most: int) -> Script[list[Budget]]:
    """All budgets, oldest first."""
    return [_budget(row) for row in (yield from rows(_ALL(after=after, most=most)))]


def there(kind: Kind, subject_id: str) -> Script[bool]:
    """Whether there is somebody, or something, with this id."""
    return (yield from first(_THERE[kind](subject=subject_id))) is not None


def put(budget: Budget, now: str) -> Script[Budget]:
    """Set what somebody may consume; what they consumed already counts."""
    row = yield from first(_BY_SUBJECT[budget.kind](subject=budget.subject_id))
    if row is None:
        subject = {"user_id": None, "key_id": None, "organisation_id": None}
        subject[f"{budget.kind}_id"] = budget.subject_id  # pyright: ignore[reportArgumentType]
        yield _ADD(id=budget.id, tokens=budget.tokens, usd=budget.usd, created_at=now, updated_at=now, **subject)
        return budget
    budget = budget._replace(id=row[0])
    yield _CHANGE(key=budget.id, tokens=budget.tokens, usd=budget.usd, now=now)
    yield _UNWARN(key=budget.id)
    return budget


def remove(budget_id: str) -> Script[Budget | None]:
    """Bound somebody no more; what they were, or None where there was nothing."""
    row = yield from first(_ONE(key=budget_id))
    if row is None:
        return None
    for statement in (_REMOVE, _FORGET_USES, _FORGET_HOLDS):
        yield statement(key=budget_id)
    return _budget(row)


def standing(budget: Budget, month: str, now: str, *, but: str = "", begin: bool = True) -> Script[Standing]:
    """How a budget stands, with what all but one holder reserved; `begin` writes down what was added up."""
    row = yield from first(_USE(key=budget.id, of=month))
    if row is None:
        tokens, usd = (yield from rows(_SPENT[budget.kind](subject=budget.subject_id, since=month)))[0]
        row = (tokens, usd, None)
        if begin:
            owner = budget.subject_id if budget.kind == "user" else None
            yield _BEGIN_USE(budget_id=budget.id, month=month, user_id=owner, tokens=tokens, usd=usd, warned_at=None)
    held = (yield from rows(_HELD(key=budget.id, but=but, now=now)))[0]
    return Standing(budget, Amount(row[0], row[1]), Amount(held[0], held[1]), row[2] is not None)


def standings(
    found: Sequence[Budget], month: str, now: str, *, but: str = "", begin: bool = True
) -> Script[list[Standing]]:
    """How several stand."""
    all_of: list[Standing] = []
    for budget in found:
        one = yield from standing(budget, month, now, but=but, begin=begin)
        all_of.append(one)
    return all_of


def hold(holder: str, budget: Budget, user_id: UserId, amount: Amount, *, until: str | None) -> Script[None]:
    """Reserve so much, instead of what the holder had reserved."""
    yield _HOLD(holder=holder, budget_id=budget.id, user_id=user_id, tokens=amount.tokens, usd=amount.usd, until=until)


def let_go(holder: str) -> Script[None]:
    """Reserve nothing more."""
    yield _LET_GO(of=holder)


def let_go_of_late(now: str) -> Script[int]:
    """Forget what was reserved by questions whose process is gone; how many were."""
    return (yield from changed(_LET_GO_OF_LATE(now=now)))


def use(budget: Budget, month: str, amount: Amount) -> Script[None]:
    """So much of it was consumed."""
    yield _ADD_USE(key=budget.id, of=month, more=amount.tokens, dearer=amount.usd)


def warn(budget: Budget, month: str, now: str) -> Script[None]:
    """Its people are told from now on."""
    yield _WARN(key=budget.id, of=month, now=now)


def spend(payer: Payer, spent: Spending, hour: str) -> Script[None]:
    """Write down what was consumed."""
    usage = spent.usage
    yield _SPEND(
        user_id=payer.user_id,
        hour=hour,
        session_id=spent.session_id or "",
        model=spent.model,
        key_id=payer.key_id or "",
        answers=spent.answers,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        cost_usd=usage.cost_usd,
    )


def _budget(row: Row | Sequence[Any]) -> Budget:
    id_, user_id, key_id, organisation_id, tokens, usd = row
    if user_id is not None:
        return Budget(id_, "user", user_id, tokens, usd)
    return (
        Budget(id_, "key", key_id, tokens, usd) if key_id else Budget(id_, "organisation", organisation_id, tokens, usd)
    )
