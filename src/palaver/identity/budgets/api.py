"""What bounds the caller, and what administrators let people consume, over HTTP; it translates and decides nothing."""

from collections.abc import Callable
from typing import Annotated, Self

import msgspec
from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity.budgets.budget import Kind, Payer, Room
from palaver.identity.budgets.service import Budgets, BudgetView
from palaver.identity.door import SECURED, Door
from palaver.identity.limits.service import RateLeft, Rates
from palaver.identity.scopes import ADMIN
from palaver.kit.answers import answer, described, problems
from palaver.kit.pages import BadCursor, cursor, position

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="For administrators.",
    _404="There is no such budget, user, key or organisation.",
    _422="A field is missing, unknown or wrong.",
)
MOST = 9_007_199_254_740_991  # what every client's numbers hold


class RunsNow(msgspec.Struct, frozen=True):
    """Runs of the caller: how many may work `at_once` (null: however many), and how many do and wait."""

    at_once: int | None
    running: int
    waiting: int


class LimitsView(msgspec.Struct, frozen=True):
    """What bounds the caller now."""

    rates: list[RateLeft]
    budgets: list[BudgetView]
    runs: RunsNow


class BudgetList(msgspec.Struct, frozen=True):
    """A page of budgets, oldest first."""

    items: list[BudgetView]
    next_cursor: str | None


_Id = Annotated[str | None, Field(min_length=1, max_length=64)]


class BudgetIn(BaseModel):
    """What a user, an API key or an organisation may consume in a month: tokens, US dollars, or both."""

    model_config = ConfigDict(extra="forbid", strict=True)

    user_id: _Id = None
    key_id: _Id = None
    organisation_id: _Id = None
    tokens: Annotated[int, Field(ge=0, le=MOST)] | None = Field(None, description="Tokens, in and out together.")
    usd: Annotated[float, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)] | None = Field(
        None, description="What the models may cost; models whose price nobody knows are not asked then."
    )

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if len(self.subjects()) != 1:
            raise ValueError("say whose it is: one of user_id, key_id and organisation_id")
        if self.tokens is None and self.usd is None:
            raise ValueError("give tokens, usd, or both")
        return self

    def subjects(self) -> list[tuple[Kind, str]]:
        """Whose it is."""
        said: list[tuple[Kind, str | None]] = [
            ("user", self.user_id), ("key", self.key_id), ("organisation", self.organisation_id),
        ]  # fmt: skip
        return [(kind, subject) for kind, subject in said if subject is not None]


def routes(budgets: Budgets, rates: Rates, door: Door, running: Callable[[UserId], RunsNow]) -> APIRouter:
    """What bounds whom."""
    router = APIRouter(prefix="/api/v1", tags=["limits"])
    admin = door.needs(ADMIN)

    @router.get(
        "/limits",
        operation_id="get_limits",
        summary="What bounds the caller: rates, budgets and runs at once, with what is left",
        responses=described(LimitsView) | problems(_401="No credential, or one that does not hold."),
        openapi_extra=SECURED,
    )
    async def limits(principal: Annotated[Principal, Depends(door)]) -> Response:
        payer = Payer(principal.user_id, principal.key_id)
        found = LimitsView(await rates.left(principal), await budgets.standing(payer), running(principal.user_id))
        return answer(found)

    @router.get(
        "/budgets",
        operation_id="list_budgets",
        summary="All budgets and how they stand; for administrators",
        responses=described(BudgetList) | REFUSED,
        openapi_extra=SECURED,
    )
    async def page(
        principal: Annotated[Principal, Depends(admin)],
        after: Annotated[str | None, Query(alias="cursor", max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        items = await budgets.page(_after(after), limit + 1)
        more = cursor(items[limit - 1].id or "") if len(items) > limit else None
        return answer(BudgetList(items[:limit], more))

    @router.put(
        "/budgets",
        operation_id="set_budget",
        summary="Set what somebody may consume in a month; what they consumed already counts",
        responses=described(BudgetView) | REFUSED,
        openapi_extra=SECURED,
    )
    async def put(principal: Annotated[Principal, Depends(admin)], body: BudgetIn) -> Response:
        ((kind, subject),) = body.subjects()
        return answer(await budgets.put(principal.user_id, kind, subject, Room(body.tokens, body.usd)))

    @router.delete(
        "/budgets/{budget_id}",
        operation_id="remove_budget",
        summary="Bound somebody no more",
        status_code=204,
        responses={204: {"description": "Done."}} | REFUSED,
        openapi_extra=SECURED,
    )
    async def remove(
        principal: Annotated[Principal, Depends(admin)], budget_id: Annotated[str, Path(max_length=64)]
    ) -> Response:
        await budgets.remove(principal.user_id, budget_id)
        return Response(status_code=204)

    return router


def _after(text: str | None) -> str:
    try:
        return "" if text is None else position(text, str)[0]
    except BadCursor as error:
        raise Invalid("This cursor is none of ours.") from error
