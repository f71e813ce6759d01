"""What was noticed in messages, over HTTP, for those whom it is about; it translates and decides nothing."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from palaver.care.assessments.service import AssessmentList, Assessments, AssessmentsDeleted
from palaver.core.errors import Invalid
from palaver.core.ids import SessionId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems
from palaver.kit.pages import BadCursor, position

_REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The key may not read or change what is kept of care.",
    _404="There is no such escalation, or it is not yours.",
    _422="A cursor of another list, or a field that is missing or wrong.",
)
Session = Annotated[str | None, Query(max_length=64, description="Those of this session only.")]
Escalation = Annotated[
    str | None, Query(max_length=64, description="Those of an escalation that you claimed, instead of your own.")
]
Everything = Annotated[
    Literal["true"] | None, Query(alias="all", description="Must be said where no session is named.")
]


def _page(
    before: Annotated[str | None, Query(alias="cursor", max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> tuple[tuple[str, str] | None, int]:
    return _before(before), limit


def routes(assessments: Assessments, door: Door) -> APIRouter:
    """One's own, and those of whom one was called to."""
    router = APIRouter(prefix="/api/v1/care", tags=["care"])

    @router.get(
        "/assessments",
        operation_id="list_assessments",
        summary="How soon your messages asked for an answer, as it is kept",
        responses=described(AssessmentList) | _REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def some(
        principal: Annotated[Principal, Depends(door)],
        page: Annotated[tuple[tuple[str, str] | None, int], Depends(_page)],
        session_id: Session = None,
        escalation_id: Escalation = None,
    ) -> Response:
        """The newest first. Messages in which nothing was noticed are in it as well."""
        if escalation_id is not None:
            return answer(await assessments.of_escalation(principal.user_id, escalation_id))
        session = SessionId(session_id) if session_id else None
        return answer(await assessments.own(principal.user_id, session, *page))

    @router.delete(
        "/assessments",
        operation_id="delete_assessments",
        summary="Delete what is kept of how soon your messages asked for an answer",
        responses=described(AssessmentsDeleted) | _REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def forget(
        principal: Annotated[Principal, Depends(door)], session_id: Session = None, everything: Everything = None
    ) -> Response:
        """Of one session, or all with `all=true`. What is counted by month stays, and says nothing of anybody."""
        if (session_id is None) == (everything is None):
            says = "Name a session, or say all=true."
            raise Invalid(says, errors=[{"loc": ["query", "session_id"], "msg": says, "type": "missing"}])
        return answer(await assessments.forget(principal.user_id, SessionId(session_id) if session_id else None))

    return router


def _before(word: str | None) -> tuple[str, str] | None:
    try:
        return position(word, tuple[str, str]) if word else None
    except BadCursor as error:
        where = {"loc": ["query", "cursor"], "msg": str(error), "type": "cursor"}
        raise Invalid(str(error), errors=[where]) from error
