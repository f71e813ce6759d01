"""What runs take of their people's budgets: reserved before a model is asked, settled when it is known; it asks nobody.

Where no budget holds, the only thing that happens is that what was consumed is written down, with the run's end.
"""

from collections.abc import Sequence
from typing import NamedTuple

from palaver.core.errors import BudgetExceeded
from palaver.core.events import LimitReached, Noticed
from palaver.core.ids import SessionId
from palaver.core.messages import TextPart
from palaver.core.usage import Usage
from palaver.identity.budgets.budget import Amount, Payer, Room, Standing, in_the_way, room, said
from palaver.identity.budgets.service import Budgets, Warned, amount_of, exceeded
from palaver.identity.budgets.store import Spending
from palaver.inference.port import ResolvedModel
from palaver.inference.price import Price
from palaver.kit.ids import new_id
from palaver.runs.joining.standing_in import stand_in
from palaver.runs.limits import LEAST_ANSWER, USUAL_ANSWER, Reserved, affordable
from palaver.runs.live import Live
from palaver.runs.prompt import Prompt
from palaver.runs.spending.store import let_go_of_ended
from palaver.storage.script import Script

WARNING = "budget_warning"  # the notice that most of a budget is used
CHARACTERS = 3  # for each token, at least, of a question that was not counted yet


class Question(NamedTuple):
    """A call that is about to be made: how many tokens it asks, and how many its answer may have."""

    model: ResolvedModel
    asked: int
    most: int


class Purse:
    """Reserves and settles for the runs of this process."""

    def __init__(self, budgets: Budgets) -> None:
        self.budgets = budgets

    def accept(self, live: Live, prompt: Prompt, model: ResolvedModel, /, *, begins: bool) -> Script[None]:
        """With a turn that begins, or waits: raises BudgetExceeded where not even a word of an answer is left.

        The little that one needs at least that begins is reserved, so that of many at once no more do than there is
        room for.
        """
        payer = Payer(live.user_id, prompt.key_id)
        words = sum(len(part.text) for part in prompt.parts if isinstance(part, TextPart))
        question = Question(model, words // CHARACTERS, LEAST_ANSWER)

        if begins:
            yield from self.budgets.reserving(
                payer, live.id, lambda found: (_sure(question, LEAST_ANSWER, found), None)
            )
        else:
            _sure(question, LEAST_ANSWER, (yield from self.budgets.standings(payer)))

    async def step(self, live: Live, question: Question, reserved: Reserved) -> Reserved | LimitReached:
        """Before a model call of a run: how long the answer may get, so that its budgets hold it."""
        spent = amount_of(live.run.steps.spent)

        def decide(standings: Sequence[Standing]) -> tuple[Amount, Reserved | LimitReached]:
            fitting = fitted(standings, spent, question)
            if isinstance(fitting, LimitReached):
                return spent, fitting
            tokens, amount = fitting
            return spent.plus(amount), reserved if tokens >= question.most else Reserved(tokens)

        return await self.budgets.reserve(payer_of(live), live.id, decide)

    async def bound(self, live: Live) -> bool:
        """Whether any budget holds for who asked."""
        return await self.budgets.bound(payer_of(live))

    async def settle_alone(self, live: Live, usage: Usage) -> None:
        """The same for a run whose session is gone."""
        await self.budgets.settle(payer_of(live), live.id, Spending(live.session_id, live.run.model, usage))

    async def recover(self) -> None:
        """After a start: let go of what is reserved and nobody settles any more."""
        await self.budgets.recover(let_go_of_ended())

    def rest(self, live: Live) -> Script[None]:
        """While a run waits for a person it reserves what it has spent, and nothing more."""
        spent = amount_of(live.run.steps.spent)
        yield from self.budgets.reserving(payer_of(live), live.id, lambda standings: (spent, None))

    def settle(self, live: Live, usage: Usage) -> Script[list[Warned]]:
        """With the end of a run: what it consumed. A summary was settled when it was written; a person
        takes nothing."""
        summed = live.prompt.summarize is not None or stand_in(live.prompt) is not None
        spent = None if summed else Spending(live.session_id, live.run.model, usage)
        return (yield from self.budgets.settling(payer_of(live), live.id, spent))

    async def told(self, warned: Sequence[Warned]) -> None:
        """What is told of them is written down; let operators know, too."""
        await self.budgets.tell(warned)

    async def beside(self, payer: Payer, question: Question) -> str:
        """Before a question that is no step of a run: the name under which it is settled. Raises BudgetExceeded."""
        holder = new_id("ask")
        if not await self.budgets.bound(payer):
            return holder

        def decide(standings: Sequence[Standing]) -> tuple[Amount, str]:
            return _sure(question, question.most, standings), holder

        return await self.budgets.reserve(payer, holder, decide, beside=True)

    async def texts(self, payer: Payer, texts: Sequence[str]) -> str:
        """The same before texts are made into vectors, whose price is known when they are."""
        holder = new_id("ask")
        if not await self.budgets.bound(payer):
            return holder
        amount = Amount(sum(len(text) for text in texts) // CHARACTERS + 1)

        def decide(standings: Sequence[Standing]) -> tuple[Amount, str]:
            spent = next((one for one in standings if one.left.usd == 0), None) or in_the_way(standings, amount)
            if spent is not None:
                raise exceeded(spent)
            return amount, holder

        return await self.budgets.reserve(payer, holder, decide, beside=True)

    async def settle_beside(
        self, payer: Payer, holder: str, spent: tuple[SessionId | None, str, Usage] | None, *, answers: int = 1
    ) -> None:
        """After it: what it consumed, or nothing where it failed."""
        found = Spending(spent[0], spent[1], spent[2], answers) if spent is not None else None
        await self.budgets.settle(payer, holder, found)


def payer_of(live: Live) -> Payer:
    """Who pays for a run: whoever asked, also for those that work for it."""
    return Payer(live.user_id, live.prompt.key_id)


def notices(warned: Sequence[Warned]) -> list[Noticed]:
    """What people hear of budgets that are nearly used up."""
    return [Noticed(code=WARNING, message=one.says) for one in warned]


def fitted(standings: Sequence[Standing], spent: Amount, question: Question) -> tuple[int, Amount] | LimitReached:
    """How long the answer may get, and what the call may cost then; `spent` is what the run has consumed before.

    One call takes no more than half of what is left, unless a usual answer takes more: others ask at the same time.
    """
    if not standings:
        return question.most, Amount()
    least = _cost(question, 0, standings)
    if isinstance(least, LimitReached):
        return least
    left = room(standings)
    tokens = _tokens_for(_less(left, spent), question)
    fitting = min(question.most, max(tokens // 2, min(tokens, USUAL_ANSWER)))
    if fitting < min(LEAST_ANSWER, question.most):
        least = _cost(question, LEAST_ANSWER, standings)
        full = None if isinstance(least, LimitReached) else in_the_way(standings, spent.plus(least))
        return _no_room(full or standings[0])
    amount = _cost(question, fitting, standings)
    return amount if isinstance(amount, LimitReached) else (fitting, amount)


def _less(left: Room, spent: Amount) -> Room:
    tokens = None if left.tokens is None else left.tokens - spent.tokens
    return Room(tokens, None if left.usd is None else left.usd - spent.usd)


def _tokens_for(left: Room, question: Question) -> int:
    """How many tokens of an answer so much pays for, once the question is paid."""
    found = float(question.most) * 2
    if left.tokens is not None:
        found = min(found, left.tokens - question.asked)
    price = question.model.price
    if left.usd is not None and price is not None:
        found = min(found, affordable(left.usd, price, question.asked))
    return int(max(found, 0))


def _sure(question: Question, answer: int, standings: Sequence[Standing]) -> Amount:
    """What a call may cost at most. Raises BudgetExceeded where that is not left."""
    amount = _cost(question, answer, standings)
    if isinstance(amount, LimitReached):
        raise BudgetExceeded(amount.message)
    if (full := in_the_way(standings, amount)) is not None:
        raise exceeded(full)
    return amount


def _cost(question: Question, answer: int, standings: Sequence[Standing]) -> Amount | LimitReached:
    """What a call may cost at most; or why nobody knows, where one of the budgets is of money."""
    price, model = question.model.price, question.model
    tokens = question.asked + answer
    if price is not None:
        return Amount(tokens, _money(price, question.asked, answer))
    money = next((one for one in standings if one.budget.usd is not None), None)
    if money is None or model.provider == "builtin":
        return Amount(tokens)
    much = said(money.budget)
    return LimitReached(
        code="budget_exceeded", message=f"The price of {model.id} is not known, so the {much} cannot be kept."
    )


def _money(price: Price, asked: int, answer: int) -> float:
    return price.cost(Usage(input_tokens=asked, output_tokens=answer))


def _no_room(full: Standing) -> LimitReached:
    return LimitReached(code="budget_exceeded", message=f"There is not enough left of the {said(full.budget)}.")


def question_of(text: str, model: ResolvedModel, most: int) -> Question:
    """A question of the house's own; its tokens are estimated high."""
    return Question(model, len(text) // CHARACTERS + 1, most)


def of_step(live: Live, asked: int, reserved: Reserved) -> Question:
    """The next call of a run."""
    return Question(live.asked, asked, reserved.max_output_tokens or live.asked.max_output or USUAL_ANSWER)
