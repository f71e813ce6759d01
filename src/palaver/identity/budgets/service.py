"""Budgets: set, looked at, reserved before a model is asked and settled after, each in one unit of work.

What is reserved counts at once for everybody who pays from the same budget, so that many together spend no more than
one could. What a call takes is decided by whoever asks the model.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import msgspec

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import BudgetExceeded, NotFound
from palaver.core.ids import UserId
from palaver.core.usage import Usage
from palaver.identity.budgets import store
from palaver.identity.budgets.budget import (
    Amount,
    Budget,
    Kind,
    Payer,
    Room,
    Standing,
    crosses,
    hour_of,
    month_of,
    next_month,
    said,
)
from palaver.identity.budgets.settings import BudgetSettings
from palaver.identity.budgets.store import Spending
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.storage.port import Database
from palaver.storage.script import Script

log = logging.getLogger(__name__)

T = TypeVar("T")

BUDGET = "bud"
BESIDE = timedelta(minutes=15)  # how long a question beside runs may hold what it reserved


class Part(msgspec.Struct, frozen=True):
    """Of tokens, or of US dollars: a month's, those used, those reserved by calls under way, those left."""

    limit: float
    used: float
    reserved: float
    left: float


class BudgetView(msgspec.Struct, frozen=True, kw_only=True):
    """A budget and how it stands in `month`, which is of UTC and over at `resets_at`.

    `kind` is user, key or organisation, and `subject_id` whose it is; `id` is null where the settings give it to all.
    `warning` says that four fifths are used.
    """

    id: str | None
    kind: Kind
    subject_id: str
    month: str
    resets_at: str
    tokens: Part | None
    usd: Part | None
    warning: bool


class Warned(msgspec.Struct, frozen=True):
    """A budget of which people are to be told."""

    budget: Budget
    share: float

    @property
    def says(self) -> str:
        """As they are told."""
        return f"{min(self.share, 1):.0%} of the {said(self.budget)} are used."


class Budgets:
    """The front door to what asking models may cost."""

    def __init__(self, database: Database, settings: BudgetSettings, clock: Clock) -> None:
        self._database = database
        self._tokens, self._usd = settings.user_tokens, settings.user_usd
        self._clock = clock
        self.audit: Audit = unheard

    async def bound(self, payer: Payer) -> bool:
        """Whether any budget holds for somebody."""
        return bool(await self._database.read(self._of(payer)))

    async def reserve(
        self,
        payer: Payer,
        holder: str,
        decide: Callable[[Sequence[Standing]], tuple[Amount, T]],
        *,
        beside: bool = False,
    ) -> T:
        """Reserve what `decide` says, of what all others leave, and give what it gives. What it raises changes nothing.

        `beside`: what is not settled soon is let go of.
        """
        return await self._database.write(self.reserving(payer, holder, decide, beside=beside), durable=False)

    def reserving(
        self,
        payer: Payer,
        holder: str,
        decide: Callable[[Sequence[Standing]], tuple[Amount, T]],
        *,
        beside: bool = False,
    ) -> Script[T]:
        """The same within a unit of work."""
        now = self._clock.now()
        standings = yield from self.standings(payer, but=holder)
        amount, decided = decide(standings)
        until = stamp(now + BESIDE) if beside else None
        for one in standings:
            yield from store.hold(holder, one.budget, payer.user_id, amount, until=until)
        return decided

    def settling(self, payer: Payer, holder: str, spent: Spending | None) -> Script[list[Warned]]:
        """Write down what was consumed, and reserve nothing more; the budgets of which people are to be told now."""
        now = self._clock.now()
        budgets = yield from self._of(payer)
        amount = amount_of(spent.usage) if spent is not None else Amount()
        standings = yield from store.standings(budgets, month_of(now), stamp(now))
        yield from store.let_go(holder)
        if spent is not None:
            yield from store.spend(payer, spent, hour_of(now))
        warned: list[Warned] = []
        for one in standings:
            yield from store.use(one.budget, month_of(now), amount)
            if crosses(one, amount):
                yield from store.warn(one.budget, month_of(now), stamp(now))
                warned.append(Warned(one.budget, one._replace(used=one.used.plus(amount)).share))
        return warned

    async def settle(self, payer: Payer, holder: str, spent: Spending | None) -> list[Warned]:
        """The same, on its own."""
        warned = await self._database.write(self.settling(payer, holder, spent), durable=False)
        await self.tell(warned)
        return warned

    async def tell(self, warned: Sequence[Warned]) -> None:
        """Let operators know, too."""
        for one in warned:
            detail = {"kind": one.budget.kind, "used": f"{one.share:.0%}"}
            log.warning("A budget is nearly used up", extra={"subject": one.budget.subject_id, **detail})
            await self.audit(SecurityEvent(kind="budget.warned", subject=one.budget.subject_id, detail=detail))

    async def standing(self, payer: Payer) -> list[BudgetView]:
        """The budgets that hold for somebody now."""
        return [self._view(one) for one in await self._database.read(self.standings(payer, begin=False))]

    async def page(self, after: str, most: int) -> list[BudgetView]:
        """All that administrators set, oldest first, from behind the id `after`."""

        def found() -> Script[list[Standing]]:
            now = self._clock.now()
            budgets = yield from store.page(after, most)
            return (yield from store.standings(budgets, month_of(now), stamp(now), begin=False))

        return [self._view(one) for one in await self._database.read(found())]

    async def put(self, actor: UserId | None, kind: Kind, subject_id: str, much: Room) -> BudgetView:
        """Set what somebody may consume in a month. NotFound where there is nobody."""
        now = self._clock.now()

        def write() -> Script[Standing]:
            if not (yield from store.there(kind, subject_id)):
                raise NotFound(f"There is no such {kind}.")
            budget = yield from store.put(Budget(new_id(BUDGET), kind, subject_id, much.tokens, much.usd), stamp(now))
            return (yield from store.standings([budget], month_of(now), stamp(now)))[0]

        made = await self._database.write(write())
        detail = {"kind": kind, "tokens": _words(much.tokens), "usd": _words(much.usd)}
        await self.audit(SecurityEvent(kind="budget.set", actor_id=actor, subject=subject_id, detail=detail))
        return self._view(made)

    async def remove(self, actor: UserId | None, budget_id: str) -> None:
        """Bound somebody no more. NotFound where nobody is."""
        gone = await self._database.write(store.remove(budget_id))
        if gone is None:
            raise NotFound("There is no such budget.")
        await self.audit(SecurityEvent(kind="budget.removed", actor_id=actor, subject=gone.subject_id))

    async def recover(self, besides: Script[int]) -> None:
        """Let go of what processes reserved that are gone, and do what is to be done besides."""

        def let_go() -> Script[int]:
            return (yield from store.let_go_of_late(stamp(self._clock.now()))) + (yield from besides)

        if count := await self._database.write(let_go()):
            log.info("Nobody settles what was reserved any more", extra={"reservations": count})

    def _of(self, payer: Payer) -> Script[list[Budget]]:
        found = yield from store.of(payer)
        given = self._tokens is not None or self._usd is not None
        if given and not any(one.kind == "user" for one in found):
            found.append(Budget(f"all:{payer.user_id}", "user", payer.user_id, self._tokens, self._usd))
        return found

    def standings(self, payer: Payer, *, but: str = "", begin: bool = True) -> Script[list[Standing]]:
        """How the budgets stand that hold for somebody, with what all but one holder reserved."""
        now, budgets = self._clock.now(), (yield from self._of(payer))
        return (yield from store.standings(budgets, month_of(now), stamp(now), but=but, begin=begin))

    def _view(self, one: Standing) -> BudgetView:
        now, budget, left = self._clock.now(), one.budget, one.left
        tokens, usd = None, None
        if budget.tokens is not None:
            tokens = Part(budget.tokens, one.used.tokens, one.reserved.tokens, left.tokens or 0)
        if budget.usd is not None:
            usd = Part(budget.usd, round(one.used.usd, 6), round(one.reserved.usd, 6), round(left.usd or 0.0, 6))
        return BudgetView(
            id=budget.id if budget.id.startswith(BUDGET) else None,
            kind=budget.kind,
            subject_id=budget.subject_id,
            month=month_of(now),
            resets_at=stamp(next_month(now)),
            tokens=tokens,
            usd=usd,
            warning=crosses(one._replace(warned=False), Amount()),
        )


def amount_of(usage: Usage) -> Amount:
    """What so much usage takes of a budget."""
    return Amount(usage.input_tokens + usage.output_tokens, usage.cost_usd or 0.0)


def exceeded(standing: Standing) -> BudgetExceeded:
    """Why no model is asked."""
    return BudgetExceeded(f"There is not enough left of the {said(standing.budget)}.")


def _words(much: float | None) -> str:
    return "" if much is None else f"{much:g}"
