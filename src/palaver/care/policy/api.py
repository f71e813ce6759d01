"""The policy of care over HTTP, for administrators; it translates and decides nothing."""

from typing import Annotated, Any, Self

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from palaver.care.policy.policy import Policy
from palaver.care.policy.service import Act, Policies, PolicyHistory, PolicyVersion
from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.identity.scopes import ADMIN
from palaver.kit.answers import answer, described, problems
from palaver.kit.pages import BadCursor, position

_REFUSED = problems(_401="No credential, or one that does not hold.", _403="For administrators.")
_WRITING = problems(
    _404="There is no such version.",
    _409="Another version was set meanwhile.",
    _422="A field is missing, unknown or wrong, or the policy is out of its bounds.",
    _503="The database cannot be written now.",
)


class PolicyIn(BaseModel):
    """The whole policy that is to hold, or the version that is to hold again; one of them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    policy: dict[str, Any] | None = Field(None, description="The whole policy; what it leaves out is as it ships.")
    revert_to: int | None = Field(None, ge=0, description="The version that is to hold again; 0 is what ships.")
    version: int | None = Field(None, ge=0, description="The version it is set over; another one is a conflict then.")
    note: str = Field("", max_length=1_000, description="Why, for those who look at it later.")

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.policy is None) == (self.revert_to is None):
            raise ValueError("give policy or revert_to, and not both")
        return self

    def decoded(self) -> Policy:
        """The policy, checked field by field."""
        try:
            return msgspec.convert(self.policy, Policy)
        except msgspec.ValidationError as error:
            wrong = {"loc": ["body", "policy"], "msg": str(error), "type": "policy"}
            raise Invalid(str(error), errors=[wrong]) from error


def routes(policies: Policies, door: Door) -> APIRouter:
    """What holds, what held, and setting it."""
    router = APIRouter(prefix="/api/v1/care", tags=["care"])
    admins = door.needs(ADMIN)

    @router.get(
        "/policy",
        operation_id="get_care_policy",
        summary="The policy of care that holds",
        responses=described(PolicyVersion) | _REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def current(principal: Annotated[Principal, Depends(admins)]) -> Response:
        return answer(await policies.current())

    @router.put(
        "/policy",
        operation_id="set_care_policy",
        summary="Let another policy of care hold, or an older one again",
        responses=described(PolicyVersion) | _REFUSED | _WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def put(body: PolicyIn, principal: Annotated[Principal, Depends(admins)]) -> Response:
        """A policy only adds: no rule becomes less urgent by it, and it holds for the next message."""
        if body.revert_to is not None:
            return answer(await policies.revert(principal.user_id, body.revert_to, body.note, body.version))
        return answer(await policies.put(principal.user_id, Act(body.decoded(), body.note, body.version)))

    @router.get(
        "/policy/history",
        operation_id="list_care_policies",
        summary="The policies of care that held, the newest first",
        responses=described(PolicyHistory) | _REFUSED | problems(_422="A cursor of another list."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def history(
        principal: Annotated[Principal, Depends(admins)],
        before: Annotated[str | None, Query(alias="cursor", max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        return answer(await policies.page(_before(before), limit))

    return router


def _before(word: str | None) -> int | None:
    try:
        return position(word, tuple[int])[0] if word else None
    except BadCursor as error:
        where = {"loc": ["query", "cursor"], "msg": str(error), "type": "cursor"}
        raise Invalid(str(error), errors=[where]) from error
