"""Budgets as values: what is left of them, and what fits; nothing is read or written here.

Pure. A month is one of UTC. What was reserved for calls under way counts like what was spent, until it is settled.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from palaver.core.ids import KeyId, UserId

Kind = Literal["user", "key", "organisation"]

WARNED_AT = 0.8  # of a budget; its people are told then


class Payer(NamedTuple):
    """Who asks, and with which key."""

    user_id: UserId
    key_id: KeyId | None = None


class Budget(NamedTuple):
    """What may be consumed in a month, in tokens, in US dollars, or both."""

    id: str
    kind: Kind
    subject_id: str
    tokens: int | None
    usd: float | None


class Amount(NamedTuple):
    """So many tokens, in and out together, for so much money."""

    tokens: int = 0
    usd: float = 0.0

    def plus(self, other: "Amount") -> "Amount":
        """Both together."""
        return Amount(self.tokens + other.tokens, self.usd + other.usd)


class Standing(NamedTuple):
    """How a budget stands this month; `reserved` is what calls under way may still consume."""

    budget: Budget
    used: Amount
    reserved: Amount
    warned: bool = False

    @property
    def left(self) -> "Room":
        """What of it is neither used nor reserved; never less than nothing."""
        gone, budget = self.used.plus(self.reserved), self.budget
        return Room(
            None if budget.tokens is None else max(budget.tokens - gone.tokens, 0),
            None if budget.usd is None else max(budget.usd - gone.usd, 0.0),
        )

    @property
    def share(self) -> float:
        """How much of it is used, of 1; the greater share where it counts tokens and money."""
        shares = [0.0]
        if self.budget.tokens is not None:
            shares.append(self.used.tokens / self.budget.tokens if self.budget.tokens else 1.0)
        if self.budget.usd is not None:
            shares.append(self.used.usd / self.budget.usd if self.budget.usd else 1.0)
        return max(shares)


class Room(NamedTuple):
    """What may still be consumed; None: without a bound."""

    tokens: int | None = None
    usd: float | None = None

    def holds(self, amount: Amount) -> bool:
        """Whether so much fits."""
        return (self.tokens is None or amount.tokens <= self.tokens) and (self.usd is None or amount.usd <= self.usd)


def room(standings: Sequence[Standing]) -> Room:
    """What all of these leave together."""
    tokens = [left for one in standings if (left := one.left.tokens) is not None]
    usd = [left for one in standings if (left := one.left.usd) is not None]
    return Room(min(tokens, default=None), min(usd, default=None))


def in_the_way(standings: Sequence[Standing], amount: Amount) -> Standing | None:
    """The first budget that so much does not fit into."""
    return next((one for one in standings if not one.left.holds(amount)), None)


def crosses(standing: Standing, amount: Amount) -> bool:
    """Whether so much more is what its people are to be told of, for the first time."""
    return not standing.warned and standing._replace(used=standing.used.plus(amount)).share >= WARNED_AT


def month_of(now: datetime) -> str:
    """The month in which something counts, as `2026-11`."""
    return now.astimezone(UTC).strftime("%Y-%m")


def hour_of(now: datetime) -> str:
    """The hour in which something counts, as `2026-11-21T21`; text order is time order, months' before."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H")


def next_month(now: datetime) -> datetime:
    """When the month of this instant is over."""
    now = now.astimezone(UTC)
    return datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)


def said(budget: Budget) -> str:
    """A budget in words: `the 100,000 tokens of this key`."""
    much = [f"{budget.tokens:,} tokens"] if budget.tokens is not None else []
    much += [f"${budget.usd:,.2f}"] if budget.usd is not None else []
    whose = {"user": "your account", "key": "this API key", "organisation": "your organisation"}[budget.kind]
    return f"{' and '.join(much)} that {whose} may use in a month"
