"""How much of care there is in a session, over HTTP; it translates and decides nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.care.profiles.profile import Profile
from palaver.care.profiles.service import Profiles, SessionCare
from palaver.core.ids import SessionId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems

_REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="Only its owner may, or this server does not let people choose it.",
    _404="No such session.",
)
_WRITING = problems(_422="A field is missing, unknown or wrong.", _503="The database cannot be written now.")


class SessionCareIn(BaseModel):
    """How much of care there is to be in a session; null lets it follow the server again."""

    model_config = ConfigDict(extra="forbid", strict=True)

    profile: Profile | None = Field(
        description="off: nothing is noticed; safety: danger is, and help named; companion: also how they feel."
    )


def routes(profiles: Profiles, door: Door) -> APIRouter:
    """The profile of one session."""
    router = APIRouter(prefix="/api/v1", tags=["care"])

    @router.get(
        "/sessions/{session_id}/care",
        operation_id="get_session_care",
        summary="How much of care there is in a session",
        responses=described(SessionCare) | _REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def of(session_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await profiles.of(principal.user_id, SessionId(session_id)))

    @router.put(
        "/sessions/{session_id}/care",
        operation_id="set_session_care",
        summary="Say how much of care there is to be in a session; for its owner",
        responses=described(SessionCare) | _REFUSED | _WRITING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def say(session_id: str, body: SessionCareIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        """It holds from the next turn on. Harmful output is held back in every profile."""
        return answer(await profiles.say(principal.user_id, SessionId(session_id), body.profile))

    return router
